using System.Globalization;
using System.Text;
using EmrSim.SessionStore;

namespace EmrSim.Server.Doctor;

/// <summary>Each memcached server: reachable, lets us in, version, clock, memory, connections.</summary>
internal static class MemcachedCheck
{
    public static async Task LookAsync(StoreUrl url, Findings found, CancellationToken cancellationToken)
    {
        foreach (var node in url.Endpoints) await StoreServerCheck.TalkAsync(url, node, found, talk => JudgeAsync(talk, url, node, found, cancellationToken), cancellationToken);
    }

    private static async Task JudgeAsync(RedisTalk talk, StoreUrl url, StoreEndpoint node, Findings found, CancellationToken cancellationToken)
    {
        if (url.Password is not null)
        {
            var login = $"{url.User} {url.Password}";
            if (await talk.SayAsync($"set auth 0 0 {Encoding.UTF8.GetByteCount(login)}\r\n{login}", cancellationToken) != "STORED")
            {
                found.Fail("authenticated", "the server refuses user and password", $"Correct them in {(url.PasswordSetting is { } other ? $"{url.Setting} and {other}" : url.Setting)}, percent-encoded in an address; compare the file given to memcached -Y.");
                return;
            }

            found.Good("authenticated", $"as {url.User}");
        }

        var version = await talk.SayAsync("version", cancellationToken);
        if (version.StartsWith("CLIENT_ERROR", StringComparison.Ordinal)) found.Fail("authenticated", "the server wants a password", $"Add it to {url.Setting}: memcached://user:password@host");
        else if (!version.StartsWith("VERSION ", StringComparison.Ordinal)) found.Fail("protocol", "this is not a memcached server", $"Correct host and port in {url.Setting}: something else listens there.");
        else
        {
            found.Good("version", $"memcached {version[8..]}");
            if (url.Password is null && StoreServerCheck.IsHere(node)) found.Good("authenticated", "no password is asked for, on this machine only");
            else if (url.Password is null) found.Warn("authenticated", "everybody who reaches the server may read and change it", $"Keep it in a network of its own, or start it with memcached -Y and add user and password to {url.Setting}.");
            JudgeFacts(await StatisticsAsync(talk, cancellationToken), found);
        }
    }

    private static async Task<Dictionary<string, long>> StatisticsAsync(RedisTalk talk, CancellationToken cancellationToken)
    {
        var facts = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var line = await talk.SayAsync("stats", cancellationToken); line.StartsWith("STAT ", StringComparison.Ordinal); line = await talk.NextLineAsync(cancellationToken))
        {
            if (line.Split(' ') is [_, var name, var value] && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) facts[name] = number;
        }

        return facts;
    }

    private static void JudgeFacts(Dictionary<string, long> facts, Findings found)
    {
        long Fact(string name) => facts.GetValueOrDefault(name);
        // It tells whole seconds only.
        var apart = Math.Abs(Fact("time") - TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        if (apart > 2) found.Warn("clock", $"{apart} s apart from this machine", "Let both machines take their time from NTP (chronyc tracking).");
        else found.Good("clock", "within 2 s");
        if (Fact("evictions") > 0) found.Fail("eviction", $"the server has thrown away {Fact("evictions")} entries for want of memory", "Give it more memory (memcached -m), or use a Redis with noeviction.");
        else found.Good("memory", $"{DatabaseCheck.Size(Fact("bytes"))} of {DatabaseCheck.Size(Fact("limit_maxbytes"))} used, nothing evicted");
        if (Fact("curr_connections") > Fact("max_connections") * 0.8) found.Warn("clients", $"{Fact("curr_connections")} of {Fact("max_connections")} connections in use", "Raise memcached -c.");
    }
}
