using System.Globalization;
using System.Net;
using EmrSim.SessionStore;

namespace EmrSim.Server.Doctor;

/// <summary>Each Sentinel that was named, whether they agree, and the primary that they name.</summary>
internal static class SentinelCheck
{
    public static async Task LookAsync(StoreUrl url, Findings found, CancellationToken cancellationToken)
    {
        var entry = new StoreServerCheck.Entry(url.SentinelUser, url.SentinelPassword, $"sentinelPassword (and sentinelUser) of {url.Setting}", $"{url.Setting} (?sentinelPassword=…)");
        var primaries = new HashSet<StoreEndpoint>();
        foreach (var sentinel in url.Endpoints)
        {
            await StoreServerCheck.TalkAsync(url, sentinel, found, async talk =>
            {
                if (!await StoreServerCheck.EnterAsync(talk, sentinel, entry, found, cancellationToken)) return;
                if (await JudgeAsync(talk, url, found, cancellationToken) is { } primary) primaries.Add(primary);
            }, cancellationToken);
        }

        if (primaries.Count > 1) found.Fail("sentinel", $"the Sentinels name different primaries: {string.Join(", ", primaries)}", "Wait for a failover to end; when they go on disagreeing, look for a partition between them.");
        foreach (var primary in primaries) await StoreServerCheck.LookAtAsync(url, primary, found, cancellationToken);
    }

    private static async Task<StoreEndpoint?> JudgeAsync(RedisTalk talk, StoreUrl url, Findings found, CancellationToken cancellationToken)
    {
        var info = ServerInfo.Parse(await talk.AskAsync(cancellationToken, "INFO"));
        var answer = await talk.AskAsync(cancellationToken, "SENTINEL", "get-master-addr-by-name", url.PrimaryName!);
        if (info is { Mode: not "sentinel" } || answer.Text.Contains("unknown command", StringComparison.OrdinalIgnoreCase))
        {
            found.Fail("kind", $"this is no Sentinel{(info?.Mode == "cluster" ? ", but a node of a cluster" : "")}", $"Write {(info?.Mode == "cluster" ? "redis+cluster://" : "redis:// for a server by itself")} in {url.Setting}, or name the ports of the Sentinels (mostly 26379).");
            return null;
        }

        if (info is null) found.Warn("info", "the Sentinel does not answer INFO: replicas and other Sentinels can't be judged", "Allow it on the Sentinels: ACL SETUSER name +info");
        else SentinelRules.Judge(info, found);
        if (answer.Items is [var host, var port] && int.TryParse(port.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= IPEndPoint.MaxPort) return new(host.Text, number);
        if (answer.IsError) found.Fail("sentinel", $"the Sentinel does not tell the primary: {answer.Text}", "Allow the user on the Sentinels: ACL SETUSER name +sentinel +subscribe +client|setname &*");
        else found.Fail("sentinel", $"the Sentinel knows no primary of the name {url.PrimaryName}", $"Correct the name in {url.Setting}; SENTINEL MASTERS lists those that it knows.");
        return null;
    }
}
