using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Doctor;

public sealed class LookingAtClusters
{
    [Fact]
    public async Task Every_primary_is_looked_at_whichever_nodes_are_named()
    {
        await using var cluster = await RedisCluster.StartAsync();
        var (named, other, replica) = (cluster.Servers[0], cluster.Servers[2], cluster.Servers[3]);
        foreach (var server in cluster.Servers) await server.AskItselfAsync("CONFIG", "SET", "appendonly", "yes");
        await other.AskItselfAsync("CONFIG", "SET", "maxmemory", "100mb");
        await other.AskItselfAsync("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
        var url = $"redis+cluster://127.0.0.1:{named.Port},127.0.0.1:{replica.Port}";

        var seen = await LookAsync(url);
        Assert.Equal(2, seen.Code);
        Assert.Equal([$"store/eviction: 127.0.0.1:{other.Port}: allkeys-lru: a full server throws away what is still needed (0 so far)"], seen.Worse.Where(static finding => !finding.StartsWith("store/latency", StringComparison.Ordinal)));
        Assert.Equal(["good", "good", "good", "note"], seen.Of("store", "commands").Select(static finding => finding.Level).Order(StringComparer.Ordinal));
        Assert.Equal(3, seen.Of("store", "replicas").Count);
        seen.Says("store", "role", "good", $"this is a replica of 127.0.0.1:{named.Port}");

        await other.AskItselfAsync("CONFIG", "SET", "maxmemory-policy", "noeviction");
        await cluster.Servers[5].KillAsync();
        await Eventually.TrueAsync(
            async () => ((string?)await other.AskItselfAsync("INFO", "replication"))!.Contains("connected_slaves:0", StringComparison.Ordinal),
            TimeSpan.FromSeconds(30),
            static () => "The replica is still there.");
        var alone = await LookAsync(url);
        Assert.Equal(1, alone.Code);
        Assert.Contains(alone.Of("store", "replicas"), finding => finding.Level == "warning" && finding.Detail.StartsWith($"127.0.0.1:{other.Port}: primary without replicas", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_by_itself_is_no_cluster()
    {
        await using var redis = await RedisServer.StartAsync("--appendonly", "yes");
        var seen = await LookAsync($"redis+cluster://127.0.0.1:{redis.Port}");
        Assert.Equal(2, seen.Code);
        seen.Says("store", "kind", "failure", "no cluster");
        Assert.Contains("redis:// instead of redis+cluster:// in SESSION_STORE_URL", seen.Of("store", "kind")[0].Next, StringComparison.Ordinal);
    }

    private static Task<Examination> LookAsync(string url) => Examination.OfAsync(new Dictionary<string, string> { ["SESSION_STORE_URL"] = url });
}
