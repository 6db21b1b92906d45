using System.Diagnostics;
using System.Globalization;
using EmrSim.SessionStore;

namespace EmrSim.Server.Doctor;

/// <summary>Whether a server, once reached, is fit to hold session state; why each value is wanted is in docs/session-store.md.</summary>
internal static class StoreServerRules
{
    private const int Pings = 100;
    private const double MuchUsed = 0.75;
    private const double NearlyFull = 0.9;
    private const int SlowMs = 50;
    private const int TooSlowMs = 150;
    private static readonly TimeSpan s_clockNoted = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_clockMost = TimeSpan.FromSeconds(60);
    private static readonly Version s_oldest = new(6, 2);

    public static async Task JudgeAsync(RedisTalk talk, StoreUrl url, StoreEndpoint endpoint, Findings found, CancellationToken cancellationToken)
    {
        var info = ServerInfo.Parse(await talk.AskAsync(cancellationToken, "INFO"));
        if (info is null) found.Note("info", "this user may not ask INFO: version, memory, persistence and replicas can't be judged", "Allow it for the user of this check: ACL SETUSER name +info +config|get");
        else
        {
            JudgeVersion(info, found);
            if (info.Mode == "sentinel")
            {
                found.Fail("kind", $"{endpoint} is a Sentinel, not a server that holds data", "Write redis+sentinel://host/primaryName in SESSION_STORE_URL.");
                return;
            }
        }

        await JudgeUseAsync(talk, found, cancellationToken);
        await JudgeClockAsync(talk, found, cancellationToken);
        await JudgeLatencyAsync(talk, found, cancellationToken);
        if (info is null) return;
        JudgeMemory(info, found);
        await JudgePersistenceAsync(talk, info, found, cancellationToken);
        JudgeClients(info, found);
        JudgeRole(info, found);
        if (info.Mode == "cluster") await JudgeClusterAsync(talk, url, endpoint, found, cancellationToken);
    }

    private static void JudgeVersion(ServerInfo info, Findings found)
    {
        var told = $"{info.Kind} {info.Version}";
        if (info.Kind is "redis" && Version.TryParse(info.Version, out var version) && version < s_oldest) found.Warn("version", $"{told} is no longer maintained", "Move to Redis 7 or Valkey 8: emrsim store migrate moves a running fleet.");
        else found.Good("version", told);
    }

    /// <summary>By the commands that the store uses, on a key of its own that is removed again.</summary>
    private static async Task JudgeUseAsync(RedisTalk talk, Findings found, CancellationToken cancellationToken)
    {
        var key = $"emrsim:doctor:{Guid.NewGuid():N}";
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
            if (!answer.IsError || answer.ErrorCode == "MOVED") continue;
            var next = answer.ErrorCode switch
            {
                "NOPERM" => $"Allow it: ACL SETUSER name ~* &* +@read +@write +@scripting +@pubsub +@connection +info +time +role",
                "OOM" => "Raise maxmemory, or find out who fills the server: redis-cli --bigkeys",
                "READONLY" => "Point SESSION_STORE_URL to the primary.",
                "MISCONF" => "The server can't write its data to disk and takes no writes: make room there, and look into its log.",
                "NOREPLICAS" => "Too few replicas are there to take writes (min-replicas-to-write): bring them back.",
                "CLUSTERDOWN" => "The cluster has lost slots: bring its nodes back (redis-cli --cluster check).",
                _ => "Look into the server's log.",
            };
            found.Fail("commands", $"{command[0]} is refused: {answer.Text}", next);
            return;
        }

        found.Good("commands", "write, read, script, remove and publish are allowed");
    }

    private static async Task JudgeClockAsync(RedisTalk talk, Findings found, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var before = TimeProvider.System.GetUtcNow();
        var answer = await talk.AskAsync(cancellationToken, "TIME");
        if (answer.Items is not [var seconds, var micros])
        {
            found.Note("clock", "this user may not ask TIME: clocks can't be compared", "Allow it: ACL SETUSER name +time");
            return;
        }

        var server = DateTimeOffset.FromUnixTimeMilliseconds((long.Parse(seconds.Text, CultureInfo.InvariantCulture) * 1000) + (long.Parse(micros.Text, CultureInfo.InvariantCulture) / 1000));
        var apart = server - before - (Stopwatch.GetElapsedTime(start) / 2);
        var told = string.Create(CultureInfo.InvariantCulture, $"{Math.Abs(apart.TotalSeconds):0.000} s {(apart < TimeSpan.Zero ? "behind" : "ahead of")} this machine");
        const string Next = "Let both machines take their time from NTP (chronyc tracking).";
        if (apart.Duration() > s_clockMost) found.Fail("clock", told, Next);
        else if (apart.Duration() > s_clockNoted) found.Warn("clock", told, Next);
        else found.Good("clock", told);
    }

    private static async Task JudgeLatencyAsync(RedisTalk talk, Findings found, CancellationToken cancellationToken)
    {
        var times = new double[Pings];
        for (var i = 0; i < Pings; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await talk.AskAsync(cancellationToken, "PING");
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        var (p50, p95, p99) = (times[Pings / 2], times[Pings * 95 / 100], times[Pings * 99 / 100]);
        var told = string.Create(CultureInfo.InvariantCulture, $"{Pings} pings: p50 {p50:0.00} ms, p95 {p95:0.00} ms, p99 {p99:0.00} ms");
        const string Next = "Put the server nearer; look for slow commands (SLOWLOG GET), swapping, transparent huge pages: redis-cli --intrinsic-latency 10";
        if (p95 > TooSlowMs) found.Fail("latency", $"{told}: instances would leave this server for the database", Next);
        else if (p95 > SlowMs) found.Warn("latency", told, Next);
        else found.Good("latency", told);
    }

    private static void JudgeMemory(ServerInfo info, Findings found)
    {
        var (used, most) = (info.Number("used_memory"), info.Number("maxmemory"));
        var policy = info["maxmemory_policy"] ?? "unknown";
        var evicted = info.Number("evicted_keys");
        const string Next = "Set maxmemory-policy to noeviction or volatile-ttl: CONFIG SET maxmemory-policy noeviction, and in the server's file.";
        if (policy.StartsWith("allkeys", StringComparison.Ordinal) && most > 0) found.Fail("eviction", $"{policy}: a full server throws away what is still needed ({evicted} so far)", Next);
        else if (policy is not ("noeviction" or "volatile-ttl" or "unknown")) found.Warn("eviction", policy, Next);
        else if (evicted > 0) found.Warn("eviction", $"{policy}; {evicted} entries were thrown away since the server started", "Raise maxmemory.");
        else found.Good("eviction", policy);

        if (most == 0)
        {
            found.Note("memory", $"{DatabaseCheck.Size(used)} used, no maxmemory", "Set maxmemory, so that the server refuses writes instead of being killed by the system.");
            return;
        }

        var share = used / (double)most;
        var told = string.Create(CultureInfo.InvariantCulture, $"{DatabaseCheck.Size(used)} of {DatabaseCheck.Size(most)} used ({share:P0})");
        const string More = "Raise maxmemory, or find out who fills the server: redis-cli --bigkeys. When it is full, instances write to the database.";
        if (share > NearlyFull) found.Fail("memory", told, More);
        else if (share > MuchUsed) found.Warn("memory", told, More);
        else found.Good("memory", told);
    }

    private static async Task JudgePersistenceAsync(RedisTalk talk, ServerInfo info, Findings found, CancellationToken cancellationToken)
    {
        if (info["aof_last_write_status"] is "err" || info["rdb_last_bgsave_status"] is "err")
        {
            found.Fail("persistence", "the server could not write its data the last time", "Make room on the server's disk, check the rights on its directory, and look into its log.");
            return;
        }

        if (info["aof_enabled"] == "1")
        {
            found.Good("persistence", "append-only file");
            return;
        }

        var saves = await talk.AskAsync(cancellationToken, "CONFIG", "GET", "save");
        var snapshots = saves.Items is [_, { Text.Length: > 0 }];
        found.Warn("persistence", snapshots ? "snapshots only: a restart loses what came after the newest" : "none: a restart comes back empty (the instances write their own part again)", "Set appendonly yes: CONFIG SET appendonly yes, and in the server's file.");
    }

    private static void JudgeClients(ServerInfo info, Findings found)
    {
        var (used, most) = (info.Number("connected_clients"), info.Number("maxclients"));
        if (most > 0 && used > most * 0.8) found.Warn("clients", $"{used} of {most} connections in use", "Raise maxclients, or find who leaves connections open: CLIENT LIST");
        else found.Good("clients", most > 0 ? $"{used} of {most} connections in use" : $"{used} connections in use");
    }

    private static void JudgeRole(ServerInfo info, Findings found)
    {
        if (info["role"] is "slave" && info.Mode != "cluster")
        {
            found.Fail("role", $"this is a replica of {info["master_host"]}:{info["master_port"]} (link {info["master_link_status"]})", "Point SESSION_STORE_URL to the primary; to follow failovers, to its Sentinels.");
            return;
        }

        var replicas = info.Replicas().ToList();
        var away = replicas.Where(static replica => replica.State != "online" || replica.LagSeconds > 10).ToList();
        if (away.Count > 0) found.Warn("replicas", $"{away.Count} of {replicas.Count} replicas are behind or away: {string.Join(", ", away.Select(static replica => replica.Address))}", "Look into the logs of these replicas; a failover now would lose writes.");
        else if (replicas.Count == 0) found.Good("replicas", "primary without replicas");
        else found.Good("replicas", $"primary with {replicas.Count} replicas in step");
    }

    private static async Task JudgeClusterAsync(RedisTalk talk, StoreUrl url, StoreEndpoint endpoint, Findings found, CancellationToken cancellationToken)
    {
        var state = ServerInfo.Parse(await talk.AskAsync(cancellationToken, "CLUSTER", "INFO"));
        if (state is null)
        {
            found.Note("cluster", "this user may not ask CLUSTER INFO", "Allow it: ACL SETUSER name +cluster|info");
            return;
        }

        if (url.Kind != StoreServerKind.Cluster) found.Warn("kind", $"{endpoint} is a node of a cluster", "Write redis+cluster:// with some of its nodes in SESSION_STORE_URL.");
        var told = $"{state["cluster_state"]}, {state.Number("cluster_slots_ok")} of 16384 slots served, {state.Number("cluster_size")} primaries, {state.Number("cluster_known_nodes")} nodes";
        if (state["cluster_state"] != "ok" || state.Number("cluster_slots_ok") < 16384) found.Fail("cluster", told, $"Bring the missing nodes back or move their slots: redis-cli --cluster check {endpoint}");
        else if (state.Number("cluster_slots_pfail") > 0) found.Warn("cluster", $"{told}; a node does not answer", $"redis-cli --cluster check {endpoint}");
        else found.Good("cluster", told);
    }
}
