using System.Diagnostics;
using System.Globalization;

namespace EmrSim.Server.Doctor;

/// <summary>What is tried out on the store's server rather than believed: rights, clock, latency.</summary>
internal static class StoreServerUse
{
    private const int Pings = 100;
    private const int SlowMs = 50;
    private const int TooSlowMs = 150;
    private const double ClockNotedSeconds = 1;
    private const double ClockMostSeconds = 60;
    private static readonly TimeSpan s_pinging = TimeSpan.FromSeconds(5);

    /// <summary>By the commands that the store uses, on a key of its own that is removed again.</summary>
    public static async Task JudgeAsync(RedisTalk talk, string setting, ClusterView? view, Findings found, CancellationToken cancellationToken)
    {
        var key = $"emrsim:doctor:{Guid.NewGuid():N}";
        if (view?.Own is { } own) key = ClusterView.KeyOf(own, key) ?? key;
        string[][] commands =
        [
            ["SET", key, "1", "NX", "PX", "10000"],
            ["GET", key],
            ["EVAL", "return redis.call('pttl', KEYS[1])", "1", key],
            ["DEL", key],
            ["PUBLISH", key, "1"],
        ];
        foreach (var command in commands)
        {
            var answer = await talk.AskAsync(cancellationToken, command);
            if (!answer.IsError) continue;
            if (view is not null && answer.ErrorCode is "MOVED" or "ASK")
            {
                found.Note("commands", "nothing was written: this node keeps no part of the keys, or is just giving it away");
                return;
            }

            found.Fail("commands", $"{command[0]} is refused: {answer.Text}", Remedy(answer.ErrorCode, setting));
            return;
        }

        found.Good("commands", "write, read, script, remove and publish are allowed");
    }

    private static string Remedy(string code, string setting) => code switch
    {
        "NOPERM" => "Allow it: ACL SETUSER name ~* &* +@read +@write +@scripting +@pubsub +@connection +info +time +role (in a cluster +cluster)",
        "OOM" => "Raise maxmemory, or find out who fills the server: redis-cli --bigkeys",
        "READONLY" => $"Point {setting} to the primary.",
        "MISCONF" => "The server can't write its data to disk and takes no writes: make room there, and look into its log.",
        "NOREPLICAS" => "Too few replicas are there to take writes (min-replicas-to-write): bring them back.",
        "CLUSTERDOWN" => "The cluster has lost slots: bring its nodes back (redis-cli --cluster check).",
        "MOVED" => $"Write redis+cluster:// with some of the cluster's nodes in {setting}.",
        _ => "Look into the server's log.",
    };

    public static async Task JudgeClockAsync(RedisTalk talk, Findings found, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var before = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        var answer = await talk.AskAsync(cancellationToken, "TIME");
        if (answer.Items is not [var seconds, var micros] || Number(seconds) is not { } whole || Number(micros) is not { } rest)
        {
            found.Warn("clock", "the server does not tell its time: clocks can't be compared, and instances can't follow each other's", "Allow it: ACL SETUSER name +time");
            return;
        }

        var apart = whole + (rest / 1e6) - before - (Stopwatch.GetElapsedTime(start).TotalSeconds / 2);
        var told = string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(apart):0.000} s {(apart < 0 ? "behind" : "ahead of")} this machine");
        const string Next = "Let both machines take their time from NTP (chronyc tracking).";
        if (Math.Abs(apart) > ClockMostSeconds) found.Fail("clock", told, Next);
        else if (Math.Abs(apart) > ClockNotedSeconds) found.Warn("clock", told, Next);
        else found.Good("clock", told);
    }

    public static async Task JudgeLatencyAsync(RedisTalk talk, Findings found, CancellationToken cancellationToken)
    {
        var times = new List<double>(Pings);
        var begin = Stopwatch.GetTimestamp();
        // On a slow server fewer are enough.
        while (times.Count < Pings && Stopwatch.GetElapsedTime(begin) < s_pinging)
        {
            var start = Stopwatch.GetTimestamp();
            await talk.AskAsync(cancellationToken, "PING");
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        times.Sort();
        var (p50, p95, p99) = (times[times.Count / 2], times[times.Count * 95 / 100], times[times.Count * 99 / 100]);
        var told = string.Create(CultureInfo.InvariantCulture, $"{times.Count} pings: p50 {p50:0.00} ms, p95 {p95:0.00} ms, p99 {p99:0.00} ms");
        const string Next = "Put the server nearer; look for slow commands (SLOWLOG GET), swapping, transparent huge pages: redis-cli --intrinsic-latency 10";
        if (p95 > TooSlowMs) found.Fail("latency", $"{told}: instances would leave this server for the database", Next);
        else if (p95 > SlowMs) found.Warn("latency", told, Next);
        else found.Good("latency", told);
    }

    private static long? Number(RedisReply reply) => long.TryParse(reply.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
