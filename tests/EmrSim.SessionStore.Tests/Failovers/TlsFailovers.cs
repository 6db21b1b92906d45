using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Tests.Contract;

namespace EmrSim.SessionStore.Tests.Failovers;

/// <summary>What is reached only after a failover is encrypted and checked as what was reached at first.</summary>
[Collection(nameof(SharedSentinelWithTls))]
public sealed class SentinelFailoversWithTls(SentinelWithTls sentinel, PostgresServer database) : IClassFixture<PostgresServer>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_next_primary_that_the_sentinels_name_is_followed()
    {
        var group = sentinel.Group;
        await using var writers = await SteadyWriters.StartAsync(group.Url, database);
        await writers.MoreAsync(100);
        var old = await group.PrimaryAsync();
        await group.Sentinels[0].AskAsync("SENTINEL", "FAILOVER", RedisSentinel.Name);
        await group.NextPrimaryAsync(old);
        await Eventually.TrueAsync(() => writers.Stores.All(static store => store.Log.Count("the primary (failover") > 0), s_patience, () => string.Join('\n', writers.Stores[0].Log.Lines));
        await writers.ServedByRedisAsync();
        await writers.MoreAsync(100);
        await group.DemoteAsync(old);
        await writers.NothingIsLostAsync();
    }

    [Theory]
    [InlineData("other.example", "the sentinels: the certificate is not for 'other.example': use a name that is in it, or add ?tlsName=… to SESSION_STORE_URL")]
    [InlineData(null, "the sentinels: the certificate is not for '127.0.0.1': use a name that is in it, or add ?tlsName=… to SESSION_STORE_URL")]
    public async Task Sentinels_whose_certificates_are_for_another_name_are_not_believed(string? name, string expected)
    {
        var url = StoreUrl.Parse(sentinel.Group.Url) with { CertificateName = name };
        await using var running = await RunningStore.StartAsync(new() { Server = url });
        await Eventually.TrueAsync(() => running.Host.Status.Server!.LastError == expected, s_patience, () => $"{running.Host.Status.Server}");
        Assert.True(running.Host.Status.Degraded);
    }
}

/// <summary>The same in a cluster.</summary>
[Collection(nameof(SharedClusterWithTls))]
public sealed class ClusterFailoversWithTls(ClusterWithTls cluster, PostgresServer database) : IClassFixture<PostgresServer>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_replica_of_a_killed_primary_of_a_cluster_is_followed()
    {
        var servers = cluster.Cluster;
        await using var writers = await SteadyWriters.StartAsync(servers.Url, database);
        await writers.MoreAsync(100);
        var old = await servers.PrimaryOfAsync(42);
        await old.KillAsync();
        await servers.NextPrimaryAsync(42);
        await writers.ServedByRedisAsync();
        await writers.MoreAsync(100);
        await old.RunAsync();
        await servers.SettledAsync();
        await writers.NothingIsLostAsync();
    }

    [Theory]
    [InlineData("other.example", "the certificate is not for 'other.example': use a name that is in it, or add ?tlsName=… to SESSION_STORE_URL")]
    [InlineData(null, "the certificate is not for '127.0.0.1': use a name that is in it, or add ?tlsName=… to SESSION_STORE_URL")]
    public async Task A_cluster_whose_certificates_are_for_another_name_is_not_used(string? name, string expected)
    {
        var url = StoreUrl.Parse(cluster.Cluster.Url) with { CertificateName = name };
        await using var running = await RunningStore.StartAsync(new() { Server = url });
        await Eventually.TrueAsync(() => running.Host.Status.Server!.LastError == expected, s_patience, () => $"{running.Host.Status.Server}");
        Assert.True(running.Host.Status.Degraded);
    }
}
