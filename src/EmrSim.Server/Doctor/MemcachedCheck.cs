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
                found.Fail("authenticated", $"{node} refuses user and password", "Correct them in SESSION_STORE_URL, percent-encoded; compare the file given to memcached -Y.");
                return;
            }

            found.Good("authenticated", $"{node}, as {url.User}");
        }

        var version = await talk.SayAsync("version", cancellationToken);
        if (version.StartsWith("CLIENT_ERROR", StringComparison.Ordinal)) found.Fail("authenticated", $"{node} wants a password", "Add it: memcached://user:password@host");
        else if (!version.StartsWith("VERSION ", StringComparison.Ordinal)) found.Fail("protocol", $"{node} is not a memcached server", "Correct host and port in SESSION_STORE_URL: something else listens there.");
        else
        {
            found.Good("version", $"{node}, memcached {version[8..]}");
            JudgeFacts(node, await StatisticsAsync(talk, cancellationToken), found);
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

    private static void JudgeFacts(StoreEndpoint node, Dictionary<string, long> facts, Findings found)
    {
        long Fact(string name) => facts.GetValueOrDefault(name);
        var apart = Math.Abs(Fact("time") - TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        if (apart > 2) found.Warn("clock", $"{node}: {apart} s apart from this machine", "Let both machines take their time from NTP (chronyc tracking).");
        else found.Good("clock", $"{node}: within 2 s");
        if (Fact("evictions") > 0) found.Fail("eviction", $"{node} has thrown away {Fact("evictions")} entries for want of memory", "Give it more memory (memcached -m), or use a Redis with noeviction.");
        else found.Good("memory", $"{node}: {DatabaseCheck.Size(Fact("bytes"))} of {DatabaseCheck.Size(Fact("limit_maxbytes"))} used, nothing evicted");
        if (Fact("curr_connections") > Fact("max_connections") * 0.8) found.Warn("clients", $"{node}: {Fact("curr_connections")} of {Fact("max_connections")} connections in use", "Raise memcached -c.");
    }
}
