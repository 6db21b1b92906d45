using System.Diagnostics;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.SessionStore.Tests.Failovers;

public sealed class OpenCluster : IAsyncLifetime
{
    public RedisCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await RedisCluster.StartAsync();

    public ValueTask DisposeAsync() => Cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>Everything that can happen to a cluster, under steady writes: no acknowledged one is lost.</summary>
public sealed class ClusterFailovers(OpenCluster servers, PostgresServer database) : IClassFixture<OpenCluster>, IClassFixture<PostgresServer>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private readonly RedisCluster _cluster = servers.Cluster;

    [Fact]
    public async Task A_killed_primary_is_followed_by_its_replica()
    {
        await _cluster.MendedAsync();
        await using var writers = await SteadyWriters.StartAsync(_cluster.Url, database);
        await writers.MoreAsync(300);
        var old = await _cluster.PrimaryOfAsync(42);
        await old.KillAsync();
        await _cluster.NextPrimaryAsync(42);
        var since = Stopwatch.StartNew();
        await writers.ServedByRedisAsync();
        TestContext.Current.SendDiagnosticMessage("Back {0} ms after the replica was promoted; slowest write {1} ms", since.ElapsedMilliseconds, writers.Slowest.TotalMilliseconds);
        Assert.InRange(since.Elapsed.TotalSeconds, 0, 10);
        await writers.MoreAsync(100);
        await old.RunAsync();
        await _cluster.SettledAsync();
        await writers.MoreAsync(100);
        await writers.NothingIsLostAsync();
    }

    [Fact]
    public async Task A_hung_primary_is_followed_by_its_replica_and_takes_no_acknowledged_write_when_it_returns()
    {
        await _cluster.MendedAsync();
        await using var writers = await SteadyWriters.StartAsync(_cluster.Url, database);
        await writers.MoreAsync(300);
        var old = await _cluster.PrimaryOfAsync(8000);
        old.Stop();
        try
        {
            await Eventually.TrueAsync(() => writers.Stores.All(static store => store.Host.Status.Degraded), s_patience, static () => "Nobody noticed.");
            await writers.ServedByRedisAsync();
        }
        finally
        {
            old.Continue();
        }

        await writers.MoreAsync(300);
        await _cluster.SettledAsync();
        await writers.NothingIsLostAsync();
        Assert.True(writers.Slowest < TimeSpan.FromSeconds(6), $"{writers.Slowest}");
    }

    [Fact]
    public async Task Slots_that_move_under_load_are_followed_without_anyone_noticing()
    {
        await _cluster.MendedAsync();
        await using var writers = await SteadyWriters.StartAsync(_cluster.Url, database);
        await writers.MoreAsync(500);
        await _cluster.MoveSlotsAsync(100, 150);
        await writers.MoreAsync(300);
        await writers.NothingIsLostAsync();
        Assert.All(writers.Stores, static store => Assert.Equal(0, store.Log.Count("is left")));
    }

    [Fact]
    public async Task A_shard_that_lost_its_data_is_filled_again()
    {
        await _cluster.MendedAsync();
        await using var writers = await SteadyWriters.StartAsync(_cluster.Url, database);
        await writers.MoreAsync(300);
        var shard = await _cluster.PrimaryOfAsync(16000);
        await shard.AskItselfAsync("FLUSHALL");
        await Eventually.TrueAsync(() => writers.Stores.All(static store => store.Log.Count("written again") > 0), s_patience, () => string.Join('\n', writers.Stores[0].Log.Lines));
        await writers.NothingIsLostAsync();
    }
}
