using System.Diagnostics;
using System.Text;
using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Faults;
using EmrSim.SessionStore.Tests.Contract;
using Microsoft.Data.Sqlite;

namespace EmrSim.SessionStore.Tests.Outages;

/// <summary>Two tiers out of three away, slow servers, and databases that hang from the start, by faults on demand.</summary>
public sealed class LowerTiers : IAsyncLifetime
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"emrsim-lower-{Guid.NewGuid():N}.db");
    private readonly StoreFaults _faults = new();
    private RedisServer _redis = null!;

    public async ValueTask InitializeAsync() => _redis = await RedisServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*")) File.Delete(file);
    }

    [Fact]
    public async Task What_only_memory_held_is_moved_to_the_database_while_the_server_is_still_away()
    {
        await using var one = await StartAsync(_faults);
        await using var two = await StartAsync(new StoreFaults());
        _faults.Fail("redis");
        _faults.Fail("database");
        for (var i = 0; i < 8; i++) await one.Store.SetAsync($"k{i}", Bytes("v"), s_minute, Token);
        Assert.Equal(8, one.Host.Status.Tiers[2].Entries);
        _faults.Heal("database");
        await Eventually.TrueAsync(() => one.Host.Status.Tiers[2].Entries == 0, s_patience, () => $"{one.Host.Status.Tiers[2]}");
        Assert.Equal("open", one.Host.Status.Tiers[0].State);
        Assert.Equal("v", await TextAsync(two, "k3"));
    }

    [Fact]
    public async Task A_server_that_answers_slowly_is_left_and_not_taken_up_again_while_it_is_slow()
    {
        await using var running = await StartAsync(_faults);
        _faults.Delay("redis", TimeSpan.FromMilliseconds(200));
        await Task.WhenAll(Enumerable.Range(0, 25).Select(i => running.Store.SetAsync($"k{i}", Bytes("v"), s_minute, Token).AsTask()));
        Assert.Equal("open", running.Host.Status.Tiers[0].State);
        await Eventually.TrueAsync(() => running.Host.Status.Tiers[0].LastFailure == "slow", s_patience, () => $"{running.Host.Status.Tiers[0]}");
        Assert.True(running.Host.Status.Degraded);
        _faults.Heal("redis");
        await Eventually.TrueAsync(() => !running.Host.Status.Degraded && running.Host.Status.PendingPromotions == 0, s_patience, () => $"{running.Host.Status.Tiers[0]}");
        Assert.Equal("v", await TextAsync(running, "k7"));
    }

    [Fact]
    public async Task A_counter_begun_below_does_not_come_back_after_it_was_removed()
    {
        await using var running = await StartAsync(_faults, promotionsPerSecond: 1);
        _faults.Fail("redis");
        for (var i = 0; i < 30; i++) await running.Store.SetAsync($"many{i}", Bytes("v"), s_minute, Token);
        await running.Store.IncrementAsync("n", 5, s_minute, Token);
        _faults.Heal("redis");
        await Eventually.TrueAsync(() => !running.Host.Status.Degraded, s_patience, () => $"{running.Host.Status.Tiers[0]}");
        Assert.True(await running.Store.RemoveAsync("n", Token));
        Assert.Equal(1, (await running.Store.IncrementAsync("n", 1, s_minute, Token)).Value);
        await Eventually.TrueAsync(() => running.Host.Status.PendingPromotions < 20, s_patience, () => $"{running.Host.Status.PendingPromotions}");
        Assert.Equal(2, (await running.Store.IncrementAsync("n", 1, s_minute, Token)).Value);
    }

    [Fact]
    public async Task An_addition_that_was_refused_below_does_not_happen_late_above()
    {
        await using var one = await StartAsync(new StoreFaults(), beat: TimeSpan.FromMinutes(1));
        await using var two = await StartAsync(_faults);
        _faults.Fail("redis");
        await two.Store.SetAsync("k", Bytes("first"), s_minute, Token);
        _redis.Stop();
        // Times out on its way to the server, which will do it when it goes on.
        Assert.Null(await one.Store.AddAsync("k", Bytes("second"), s_minute, Token));
        _redis.Continue();
        _faults.Heal("redis");
        await Eventually.TrueAsync(() => !one.Host.Status.Degraded && !two.Host.Status.Degraded && two.Host.Status.PendingPromotions == 0, s_patience, () => $"{one.Host.Status.Server} {two.Host.Status.Server}");
        Assert.Equal("first", await TextAsync(one, "k"));
        Assert.Equal("first", await TextAsync(two, "k"));
    }

    [Fact]
    public async Task A_database_that_hangs_from_the_start_makes_no_request_wait()
    {
        var hangs = new StoreDatabase(StoreDialect.PostgreSql, async cancellationToken =>
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException();
        });
        await using var running = await RunningStore.StartAsync(new() { Database = hangs });
        var watch = Stopwatch.StartNew();
        var quickest = TimeSpan.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var each = Stopwatch.StartNew();
            await running.Store.SetAsync($"k{i}", Bytes("v"), s_minute, Token);
            if (each.Elapsed < quickest) quickest = each.Elapsed;
        }

        Assert.Equal("v", await TextAsync(running, "k1"));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 3);
        Assert.InRange(quickest.TotalMilliseconds, 0, 100);
        Assert.True(running.Host.Status.Degraded);
    }

    [Fact]
    public async Task A_change_is_told_to_whoever_listens()
    {
        await using var running = await StartAsync(_faults);
        var told = new System.Collections.Concurrent.ConcurrentQueue<bool>();
        running.Host.Changed += status => told.Enqueue(status.Degraded);
        _faults.Fail("redis");
        for (var i = 0; i < 3; i++) await running.Store.SetAsync("k", Bytes("v"), s_minute, Token);
        await Eventually.TrueAsync(() => told.Contains(true), s_patience, () => "Nobody was told.");
        _faults.Heal("redis");
        await Eventually.TrueAsync(() => told.Contains(false), s_patience, () => "Nobody was told.");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static async Task<string?> TextAsync(RunningStore store, string key) =>
        await store.Store.GetAsync(key, Token) is { } entry ? Encoding.UTF8.GetString(entry.Value.Span) : null;

    private Task<RunningStore> StartAsync(StoreFaults faults, int promotionsPerSecond = 500, TimeSpan? beat = null)
    {
        Assert.True(StoreUrl.TryParse(_redis.Url, out var url, out _));
        return RunningStore.StartAsync(new() { Server = url, Database = Databases.Sqlite(_file), Faults = faults, PromotionsPerSecond = promotionsPerSecond, DatabaseTimeout = TimeSpan.FromSeconds(5), DatabaseBeat = beat ?? TimeSpan.FromSeconds(2) });
    }
}
