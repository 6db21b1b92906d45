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
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(1);
    private readonly RedisCluster _cluster = servers.Cluster;

    [Fact]
    public async Task A_killed_primary_is_followed_by_its_replica()
    {
        await _cluster.MendedAsync();
        await using var writers = await SteadyWriters.StartAsync(_cluster.Url, database);
        await writers.MoreAsync(300);
        var old = await _cluster.PrimaryOfAsync(42);
        await using (var ticker = new Ticker())
        {
            await old.KillAsync();
            await _cluster.NextPrimaryAsync(42);
            var since = Stopwatch.StartNew();
            await writers.ServedByRedisAsync();
            TestContext.Current.SendDiagnosticMessage("Back {0} ms after the replica was promoted; slowest write {1} ms; waits of a thread {2} ms", since.ElapsedMilliseconds, writers.Slowest.TotalMilliseconds, ticker.WorstAlone.TotalMilliseconds);
            Assert.InRange(since.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(1.5) + (10 * ticker.WorstAlone));
        }

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
    public async Task A_slot_in_the_middle_of_its_move_serves_every_operation()
    {
        await _cluster.MendedAsync();
        await using var running = await RunningStore.StartAsync(new() { Server = StoreUrl.Parse(_cluster.Url), OperationTimeout = TimeSpan.FromSeconds(1), Breaker = new() { SlowAfter = TimeSpan.FromSeconds(1) } });
        var store = running.Store;
        // All of one slot, by their tag; some have moved already, some have not, and the others are nowhere yet.
        string[] operations = ["get", "set", "add", "replace", "increment", "remove"];
        foreach (var there in (string[])["moved", "staying"])
        {
            foreach (var operation in operations.Where(static operation => operation != "increment")) await store.SetAsync(Key(there, operation), "old"u8.ToArray(), s_life, Token);
            await store.IncrementAsync(Key(there, "increment"), 4, s_life, Token);
        }

        var slot = await _cluster.SlotAsync(Key("moved", "get"));
        await _cluster.HalfMoveSlotAsync(slot, [.. operations.Select(static operation => Key("moved", operation))]);
        try
        {
            foreach (var there in (string[])["moved", "staying"])
            {
                var stamp = (await store.GetAsync(Key(there, "get"), Token))!.Value.Stamp;
                Assert.Null(await store.ReplaceAsync(Key(there, "get"), "new"u8.ToArray(), s_life, new(1, 0, 1), Token));
                Assert.NotNull(await store.ReplaceAsync(Key(there, "get"), "new"u8.ToArray(), s_life, stamp, Token));
                await store.SetAsync(Key(there, "set"), "new"u8.ToArray(), s_life, Token);
                Assert.Null(await store.AddAsync(Key(there, "add"), "new"u8.ToArray(), s_life, Token));
                Assert.Equal(5, (await store.IncrementAsync(Key(there, "increment"), 1, s_life, Token)).Value);
                Assert.True(await store.RemoveAsync(Key(there, "remove"), Token));
                Assert.Null(await store.GetAsync(Key(there, "remove"), Token));
            }

            Assert.Null(await store.GetAsync(Key("new", "get"), Token));
            await store.SetAsync(Key("new", "set"), "new"u8.ToArray(), s_life, Token);
            Assert.NotNull(await store.AddAsync(Key("new", "add"), "new"u8.ToArray(), s_life, Token));
            Assert.Null(await store.ReplaceAsync(Key("new", "replace"), "new"u8.ToArray(), s_life, new(1, 0, 1), Token));
            Assert.Equal(1, (await store.IncrementAsync(Key("new", "increment"), 1, s_life, Token)).Value);
            Assert.False(await store.RemoveAsync(Key("new", "remove"), Token));
        }
        finally
        {
            await _cluster.MoveSlotsAsync(slot, 1);
        }

        foreach (var there in (string[])["moved", "staying", "new"]) Assert.Equal("new"u8.ToArray(), (await store.GetAsync(Key(there, "set"), Token))!.Value.Value.ToArray());
        Assert.Equal((false, 0), (running.Host.Status.Degraded, running.Log.Count("is left")));
        Assert.Null(running.Host.Status.Tiers[0].LastFailure);
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

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Key(string there, string operation) => $"{{ask}}:{there}:{operation}";
}
