using System.Globalization;
using EmrSim.SessionStore;

namespace EmrSim.Server.Doctor;

/// <summary>Whether a server, once reached, is fit to hold session state; why each value is wanted is in docs/session-store.md.</summary>
internal static class StoreServerRules
{
    private const double MuchUsed = 0.75;
    private const double NearlyFull = 0.9;
    private static readonly Version s_oldest = new(6, 2);

    public static async Task<ClusterView?> JudgeAsync(RedisTalk talk, StoreUrl url, StoreEndpoint endpoint, Findings found, CancellationToken cancellationToken)
    {
        var info = ServerInfo.Parse(await talk.AskAsync(cancellationToken, "INFO"));
        var role = await talk.AskAsync(cancellationToken, "ROLE");
        if (info is null) found.Warn("info", "the server does not answer INFO: version, eviction policy, memory, persistence, connections and replicas can't be judged", "Allow it: ACL SETUSER name +info");
        else JudgeVersion(info, found);
        if (info?.Mode == "sentinel" || role.Items is [{ Text: "sentinel" }, ..])
        {
            found.Fail("kind", "this is a Sentinel, not a server that holds data", $"Write redis+sentinel://{endpoint}/primaryName in {url.Setting}, or the port of the server itself.");
            return null;
        }

        if (role.ErrorCode == "NOPERM") found.Warn("role", "this user may not ask ROLE: an old primary that became a replica is noticed only when it refuses a write", "Allow it: ACL SETUSER name +role");
        ClusterView? view = null;
        if (url.Kind == StoreServerKind.Cluster || info is null or { Mode: "cluster" })
        {
            view = await ClusterCheck.JudgeAsync(talk, url, endpoint, found, cancellationToken);
            if (view is null && url.Kind == StoreServerKind.Cluster) return null;
        }

        if (!await ChooseAsync(talk, url, found, cancellationToken)) return view;
        await StoreServerUse.JudgeAsync(talk, url.Setting, view, found, cancellationToken);
        await StoreServerUse.JudgeClockAsync(talk, found, cancellationToken);
        await StoreServerUse.JudgeLatencyAsync(talk, found, cancellationToken);
        if (info is null) return view;
        JudgeMemory(info, found);
        JudgePersistence(info, found);
        JudgeClients(info, found);
        JudgeRole(info, view, url.Setting, found);
        return view;
    }

    private static async Task<bool> ChooseAsync(RedisTalk talk, StoreUrl url, Findings found, CancellationToken cancellationToken)
    {
        if (url.Database == 0) return true;
        var chosen = await talk.AskAsync(cancellationToken, "SELECT", $"{url.Database}");
        if (!chosen.IsError) return true;
        found.Fail("database", $"database {url.Database} can't be used: {chosen.Text}", $"Correct the number at the end of {url.Setting}; a cluster has only 0.");
        return false;
    }

    private static void JudgeVersion(ServerInfo info, Findings found)
    {
        var told = $"{info.Kind} {info.Version}";
        if (info.Kind is "redis" && Version.TryParse(info.Version, out var version) && version < s_oldest) found.Warn("version", $"{told} is no longer maintained", "Move to Redis 7 or Valkey 8: emrsim store migrate moves a running fleet.");
        else found.Good("version", told);
    }

    private static void JudgeMemory(ServerInfo info, Findings found)
    {
        var (used, most) = (info.Number("used_memory"), info.Number("maxmemory"));
        var policy = info["maxmemory_policy"] ?? "unknown";
        var evicted = info.Number("evicted_keys");
        const string Next = "Set maxmemory-policy to noeviction or volatile-ttl: CONFIG SET maxmemory-policy noeviction, and in the server's file.";
        if (policy == "unknown") found.Note("eviction", "the server does not tell its policy");
        else if (policy.StartsWith("allkeys", StringComparison.Ordinal) && most > 0) found.Fail("eviction", $"{policy}: a full server throws away what is still needed ({evicted} so far)", Next);
        else if (policy is not ("noeviction" or "volatile-ttl")) found.Warn("eviction", policy, Next);
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

    private static void JudgePersistence(ServerInfo info, Findings found)
    {
        if (info["aof_last_write_status"] is "err" || info["rdb_last_bgsave_status"] is "err") found.Fail("persistence", "the server could not write its data the last time", "Make room on the server's disk, check the rights on its directory, and look into its log.");
        else if (info["aof_enabled"] == "1") found.Good("persistence", "append-only file");
        else found.Warn("persistence", "no append-only file: a restart comes back empty, or as the newest snapshot has it (the instances write their own part again)", "Set appendonly yes: CONFIG SET appendonly yes, and in the server's file.");
    }

    private static void JudgeClients(ServerInfo info, Findings found)
    {
        var (used, most) = (info.Number("connected_clients"), info.Number("maxclients"));
        if (most > 0 && used > most * 0.8) found.Warn("clients", $"{used} of {most} connections in use", "Raise maxclients, or find who leaves connections open: CLIENT LIST");
        else found.Good("clients", most > 0 ? $"{used} of {most} connections in use" : $"{used} connections in use");
    }

    private static void JudgeRole(ServerInfo info, ClusterView? view, string setting, Findings found)
    {
        if (info["role"] is "slave")
        {
            var told = $"this is a replica of {info["master_host"]}:{info["master_port"]} (link {info["master_link_status"]})";
            if (info.Mode != "cluster") found.Fail("role", told, $"Point {setting} to the primary; to follow failovers, to its Sentinels.");
            else if (info["master_link_status"] != "up") found.Warn("role", told, "Look into the logs of this replica and of its primary; a failover now would lose writes.");
            else found.Good("role", told);
            return;
        }

        var replicas = info.Replicas().ToList();
        var away = replicas.Where(static replica => replica.State != "online" || replica.LagSeconds > 10).ToList();
        if (away.Count > 0) found.Warn("replicas", $"{away.Count} of {replicas.Count} replicas are behind or away: {string.Join(", ", away.Select(static replica => replica.Address))}", "Look into the logs of these replicas; a failover now would lose writes.");
        else if (replicas.Count > 0) found.Good("replicas", $"primary with {replicas.Count} replicas in step");
        else if (view?.Own is not null) found.Warn("replicas", "primary without replicas: without it all instances leave the cluster for the database", "Give it one: redis-cli --cluster add-node NEW EXISTING --cluster-slave");
        else found.Good("replicas", "primary without replicas");
    }
}
