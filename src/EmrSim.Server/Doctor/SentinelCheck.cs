using System.Globalization;
using EmrSim.SessionStore;

namespace EmrSim.Server.Doctor;

/// <summary>Each Sentinel that was named, whether they agree, and the primary that they name.</summary>
internal static class SentinelCheck
{
    public static async Task LookAsync(StoreUrl url, Findings found, CancellationToken cancellationToken)
    {
        var primaries = new HashSet<StoreEndpoint>();
        foreach (var sentinel in url.Endpoints)
        {
            await StoreServerCheck.TalkAsync(url, sentinel, found, async talk =>
            {
                if (!await StoreServerCheck.EnterAsync(talk, url, url.SentinelUser, url.SentinelPassword, found, cancellationToken)) return;
                if (ServerInfo.Parse(await talk.AskAsync(cancellationToken, "INFO")) is { } info)
                {
                    if (info.Mode != "sentinel")
                    {
                        found.Fail("kind", $"{sentinel} is no Sentinel", "Write redis://host for a server by itself, or the ports of the Sentinels (mostly 26379).");
                        return;
                    }

                    SentinelRules.Judge(info, found);
                }

                var answer = await talk.AskAsync(cancellationToken, "SENTINEL", "get-master-addr-by-name", url.PrimaryName!);
                if (answer.Items is [var host, var port]) primaries.Add(new(host.Text, int.Parse(port.Text, CultureInfo.InvariantCulture)));
                else found.Fail("sentinel", $"{sentinel} knows no primary of the name {url.PrimaryName}", "Correct the name in SESSION_STORE_URL; SENTINEL MASTERS lists those that it knows.");
            }, cancellationToken);
        }

        if (primaries.Count > 1) found.Fail("sentinel", $"the Sentinels name different primaries: {string.Join(", ", primaries)}", "Wait for a failover to end; when they go on disagreeing, look for a partition between them.");
        foreach (var primary in primaries) await StoreServerCheck.LookAtAsync(url, primary, found, cancellationToken);
    }
}
