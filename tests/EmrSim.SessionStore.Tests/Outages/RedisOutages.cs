using System.Diagnostics;
using System.Text;
using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Tests.Contract;
using Microsoft.Data.Sqlite;

namespace EmrSim.SessionStore.Tests.Outages;

/// <summary>Two instances on one Redis and one database, and everything that can happen to that Redis.</summary>
public sealed class RedisOutages : IAsyncLifetime
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"emrsim-outage-{Guid.NewGuid():N}.db");
    private RedisServer _redis = null!;
    private RunningStore _one = null!;
    private RunningStore _two = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync("--requirepass", "hush-hush", "--appendonly", "no");
        _one = await RunningStore.StartAsync(Options());
        _two = await RunningStore.StartAsync(Options());
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        await _redis.DisposeAsync();
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*")) File.Delete(file);
    }

    [Fact]
    public async Task A_killed_server_costs_no_operation_and_the_instances_stay_in_agreement()
    {
        await _one.Store.SetAsync("before", Bytes("1"), s_minute, Token);
        await _redis.KillAsync();
        for (var i = 0; i < 50; i++)
        {
            await _one.Store.SetAsync($"k{i}", Bytes($"v{i}"), s_minute, Token);
            Assert.Equal($"v{i}", await TextAsync(_two, $"k{i}"));
        }

        Assert.True(_one.Host.Status.Degraded);
        Assert.False(_one.Host.Status.Server!.Connected);
        await _two.Store.RemoveAsync("k7", Token);
        Assert.Null(await TextAsync(_one, "k7"));
        await _redis.RunAsync();
        await RecoveredAsync();
        await EmptiedAsync();
        for (var i = 0; i < 50; i++) Assert.Equal(i == 7 ? null : $"v{i}", await TextAsync(_two, $"k{i}"));
        Assert.Equal("1", await TextAsync(_two, "before"));
        await Eventually.TrueAsync(() => _one.Log.Count("outage of redis over") == 1, s_patience, () => string.Join('\n', _one.Log.Lines));
        Assert.Equal(1, _one.Log.Count("redis is left"));
        Assert.Equal(1, _one.Log.Count("lost ("));
    }

    [Fact]
    public async Task A_server_that_comes_back_empty_is_filled_from_the_living()
    {
        for (var i = 0; i < 20; i++) await (i % 2 == 0 ? _one : _two).Store.SetAsync($"k{i}", Bytes($"v{i}"), s_minute, Token);
        await _one.Store.RemoveAsync("k4", Token);
        await _redis.KillAsync();
        await _redis.RunAsync();
        await RecoveredAsync();
        await Eventually.TrueAsync(
            async () => await TextAsync(_two, "k0") == "v0" && await TextAsync(_one, "k1") == "v1",
            s_patience,
            () => "What lived before is gone.");
        for (var i = 0; i < 20; i++) Assert.Equal(i == 4 ? null : $"v{i}", await TextAsync(_one, $"k{i}"));
    }

    [Fact]
    public async Task A_flushed_server_is_filled_too()
    {
        await _one.Store.SetAsync("k", Bytes("v"), s_minute, Token);
        await _redis.AskWithPasswordAsync("FLUSHALL");
        await Eventually.TrueAsync(async () => await TextAsync(_two, "k") == "v", s_patience, () => "It stays empty.");
    }

    [Fact]
    public async Task A_hung_server_takes_no_longer_than_the_budget_and_soon_no_time_at_all()
    {
        await _one.Store.SetAsync("k", Bytes("1"), s_minute, Token);
        _redis.Stop();
        var (slowest, quickest) = (TimeSpan.Zero, TimeSpan.MaxValue);
        for (var i = 0; i < 6; i++)
        {
            var watch = Stopwatch.StartNew();
            await _one.Store.SetAsync("k", Bytes($"{i}"), s_minute, Token);
            if (watch.Elapsed > slowest) slowest = watch.Elapsed;
            if (watch.Elapsed < quickest) quickest = watch.Elapsed;
        }

        // 250 ms of budget and a busy machine; once the breaker is open nobody waits for it.
        Assert.InRange(slowest.TotalMilliseconds, 100, 3000);
        Assert.InRange(quickest.TotalMilliseconds, 0, 100);
        Assert.True(_one.Host.Status.Degraded);
        _redis.Continue();
        await RecoveredAsync();
    }

    [Fact]
    public async Task A_write_that_arrives_late_changes_nothing()
    {
        await _one.Store.SetAsync("k", Bytes("old"), s_minute, Token);
        _redis.Stop();
        // Times out here, and is still on its way to the server.
        await _one.Store.SetAsync("k", Bytes("ghost"), s_minute, Token);
        await _one.Store.SetAsync("k", Bytes("new"), s_minute, Token);
        await _one.Store.SetAsync("removed", Bytes("ghost"), s_minute, Token);
        await _one.Store.RemoveAsync("removed", Token);
        _redis.Continue();
        await RecoveredAsync();
        await EmptiedAsync();
        Assert.Equal("new", await TextAsync(_two, "k"));
        Assert.Null(await TextAsync(_two, "removed"));
    }

    [Fact]
    public async Task A_token_set_by_the_one_that_lost_the_server_is_found_by_the_other_that_did_not()
    {
        var faults = new Faults.StoreFaults();
        await using var cut = await RunningStore.StartAsync(Options(faults));
        faults.Fail("redis");
        await cut.Store.SetAsync("rtc:token:x", Bytes("sealed"), s_minute, Token);
        await cut.Store.SetAsync("rtc:token:y", Bytes("sealed"), s_minute, Token);
        Assert.Equal("sealed", await TextAsync(_two, "rtc:token:x"));
        await _one.Store.SetAsync("rtc:token:z", Bytes("other"), s_minute, Token);
        faults.Heal("redis");
        await Eventually.TrueAsync(() => !cut.Host.Status.Degraded, s_patience, () => "It does not recover.");
        Assert.Equal("other", await TextAsync(cut, "rtc:token:z"));
    }

    [Fact]
    public async Task A_server_that_is_away_at_start_is_used_when_it_comes()
    {
        await _redis.KillAsync();
        var watch = Stopwatch.StartNew();
        await using var late = await RunningStore.StartAsync(Options());
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 3);
        await late.Store.SetAsync("k", Bytes("v"), s_minute, Token);
        Assert.True(late.Host.Status.Degraded);
        await _redis.RunAsync();
        await Eventually.TrueAsync(() => !late.Host.Status.Degraded && !late.Host.Status.Tiers[1].HoldsEntries, s_patience, () => $"{late.Host.Status}");
        Assert.Equal("redis", late.Host.Status.Tiers[0].Name);
        // The other one may find out a little later that the server is back.
        await RecoveredAsync();
        Assert.Equal("v", await TextAsync(_two, "k"));
    }

    [Fact]
    public async Task Counts_made_meanwhile_are_added()
    {
        await _one.Store.IncrementAsync("n", 5, s_minute, Token);
        await _redis.AskWithPasswordAsync("CONFIG", "SET", "save", "");
        await _redis.AskWithPasswordAsync("SAVE");
        await _redis.KillAsync();
        await _one.Store.IncrementAsync("n", 2, s_minute, Token);
        await _two.Store.IncrementAsync("n", 3, s_minute, Token);
        await _redis.RunAsync();
        await RecoveredAsync();
        await EmptiedAsync();
        Assert.Equal(11, (await _one.Store.IncrementAsync("n", 1, s_minute, Token)).Value);
    }

    [Fact]
    public async Task Nothing_said_shows_the_password()
    {
        await _redis.KillAsync();
        await _one.Store.SetAsync("k", Bytes("v"), s_minute, Token);
        await _redis.RunAsync();
        await RecoveredAsync();
        Assert.DoesNotContain("hush-hush", string.Join('\n', _one.Log.Lines), StringComparison.Ordinal);
        Assert.DoesNotContain("hush-hush", _one.Host.Status.ToString(), StringComparison.Ordinal);
        Assert.Contains("***", _one.Host.Status.Server!.Url, StringComparison.Ordinal);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static async Task<string?> TextAsync(RunningStore store, string key) =>
        await store.Store.GetAsync(key, Token) is { } entry ? Encoding.UTF8.GetString(entry.Value.Span) : null;

    private SessionStoreOptions Options(Faults.StoreFaults? faults = null)
    {
        Assert.True(StoreUrl.TryParse($"redis://:hush-hush@127.0.0.1:{_redis.Port}", out var url, out _));
        return new() { Server = url, Database = Databases.Sqlite(_file), Faults = faults };
    }

    private Task RecoveredAsync() => Eventually.TrueAsync(
        () => !_one.Host.Status.Degraded && !_two.Host.Status.Degraded,
        s_patience,
        () => $"{_one.Host.Status}\n{string.Join('\n', _one.Log.Lines)}");

    private Task EmptiedAsync() => Eventually.TrueAsync(
        () => _one.Host.Status.Tiers.Concat(_two.Host.Status.Tiers).All(static tier => !tier.HoldsEntries),
        s_patience,
        () => $"{string.Join(", ", _one.Host.Status.Tiers)}");
}
