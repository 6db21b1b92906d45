using System.Text;
using EmrSim.Fleet.Tests.Instances;
using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Tests.Contract;
using Microsoft.Data.Sqlite;

namespace EmrSim.SessionStore.Tests.Outages;

/// <summary>
/// Redis does what it is asked, but its answers do not come back and the connection breaks: what the store says must be true all
/// the same, also to another instance that sees that Redis.
/// </summary>
public sealed class LostAnswers : IAsyncLifetime
{
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"emrsim-answers-{Guid.NewGuid():N}.db");
    private RedisServer _redis = null!;
    private StoreLink _link = null!;
    private RunningStore _cut = null!;
    private RunningStore _other = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _link = new(_redis.Port);
        _cut = await StartAsync($"redis://127.0.0.1:{_link.Port}");
        _other = await StartAsync(_redis.Url);
        // From here on the server knows every script by its hash, so that each operation is one question.
        await _other.Store.AddAsync("first", Bytes("v"), s_life, Token);
        await _other.Store.SetAsync("first", Bytes("v"), s_life, Token);
        await _other.Store.ReplaceAsync("first", Bytes("v"), s_life, default, Token);
        await _other.Store.RemoveAsync("first", Token);
        await _other.Store.IncrementAsync("first", 1, s_life, Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _cut.DisposeAsync();
        await _other.DisposeAsync();
        await _link.DisposeAsync();
        await _redis.DisposeAsync();
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*")) File.Delete(file);
    }

    [Fact]
    public async Task A_value_that_was_set_or_added_is_what_everyone_reads()
    {
        await _cut.Store.SetAsync("set", Bytes("old"), s_life, Token);
        _link.HoldAnswers();
        var set = await _cut.Store.SetAsync("set", Bytes("new"), s_life, Token);
        var added = await _cut.Store.AddAsync("added", Bytes("new"), s_life, Token);
        Assert.NotEqual("", (string?)await _redis.AskAsync("GET", "added"));
        await AgreedAsync();
        foreach (var store in (RunningStore[])[_cut, _other])
        {
            Assert.Equal(("new", set), (await TextAsync(store, "set"), (await store.Store.GetAsync("set", Token))!.Value.Stamp));
            Assert.Equal(("new", added), (await TextAsync(store, "added"), (await store.Store.GetAsync("added", Token))!.Value.Stamp));
            Assert.Null(await store.Store.AddAsync("added", Bytes("other"), s_life, Token));
        }
    }

    [Fact]
    public async Task A_read_finds_nothing_false()
    {
        await _cut.Store.SetAsync("k", Bytes("v"), s_life, Token);
        _link.HoldAnswers();
        // What only the server holds can't be read; nothing else may be.
        Assert.Null(await TextAsync(_cut, "k"));
        await AgreedAsync();
        Assert.Equal("v", await TextAsync(_cut, "k"));
    }

    [Fact]
    public async Task A_replacement_is_not_denied_although_it_was_done()
    {
        var stamp = await _cut.Store.SetAsync("k", Bytes("old"), s_life, Token);
        _link.HoldAnswers();
        await Assert.ThrowsAsync<SessionStoreUnavailableException>(async () => await _cut.Store.ReplaceAsync("k", Bytes("new"), s_life, stamp, Token));
        await AgreedAsync();
        Assert.Equal(("new", "new"), (await TextAsync(_cut, "k"), await TextAsync(_other, "k")));
    }

    [Fact]
    public async Task A_removal_is_not_denied_although_it_was_done()
    {
        await _cut.Store.SetAsync("k", Bytes("v"), s_life, Token);
        _link.HoldAnswers();
        await Assert.ThrowsAsync<SessionStoreUnavailableException>(async () => await _cut.Store.RemoveAsync("k", Token));
        await AgreedAsync();
        Assert.Equal((null, null, false), (await TextAsync(_cut, "k"), await TextAsync(_other, "k"), await _other.Store.RemoveAsync("k", Token)));
    }

    [Fact]
    public async Task A_count_is_made_at_least_once_and_at_most_on_both_sides()
    {
        await _cut.Store.IncrementAsync("n", 5, s_life, Token);
        _link.HoldAnswers();
        await _cut.Store.IncrementAsync("n", 2, s_life, Token);
        await AgreedAsync();
        Assert.InRange((await _other.Store.IncrementAsync("n", 0, s_life, Token)).Value, 7, 9);
    }

    [Fact]
    public async Task A_removal_made_meanwhile_lasts_as_long_as_what_it_buries_would_have()
    {
        await _cut.Store.SetAsync("k", Bytes("v"), TimeSpan.FromHours(1), Token);
        await AgreedAsync(async () => await _cut.Store.RemoveAsync("k", Token));
        Assert.Null(await TextAsync(_other, "k"));
        Assert.InRange((long)await _redis.AskAsync("PTTL", "k"), 3_000_000, 3_600_000);
    }

    [Fact]
    public async Task A_connection_that_is_back_before_its_loss_is_told_is_used_again()
    {
        for (var round = 0; round < 5; round++)
        {
            _link.HoldAnswers();
            await _cut.Store.SetAsync("k", Bytes("v"), s_life, Token);
            _link.Cut();
            _link.Restore();
            await Eventually.TrueAsync(() => _cut.Host.Status is { Degraded: false, Server.Connected: true }, s_patience, () => $"Round {round}: {_cut.Host.Status}\n{string.Join('\n', _cut.Log.Lines)}");
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static async Task<string?> TextAsync(RunningStore store, string key) =>
        await store.Store.GetAsync(key, Token) is { } entry ? Encoding.UTF8.GetString(entry.Value.Span) : null;

    // That the server was silent may be a reason to leave it; the broken connection is one.
    private async Task AgreedAsync(Func<Task>? meanwhile = null)
    {
        _link.Cut();
        await Eventually.TrueAsync(() => _cut.Host.Status.Degraded, s_patience, () => $"{_cut.Host.Status}");
        if (meanwhile is not null) await meanwhile();
        _link.Restore();
        await Eventually.TrueAsync(
            () => ((RunningStore[])[_cut, _other]).All(static store => !store.Host.Status.Degraded && !store.Host.Status.Tiers[1].HoldsEntries),
            s_patience,
            () => $"{_cut.Host.Status} {_other.Host.Status}\n{string.Join('\n', _cut.Log.Lines)}");
    }

    private Task<RunningStore> StartAsync(string address) =>
        RunningStore.StartAsync(new() { Server = StoreUrl.Parse(address), Database = Databases.Sqlite(_file), DatabaseTimeout = TimeSpan.FromSeconds(5), Breaker = new() { SlowAfter = TimeSpan.FromSeconds(1) } });
}
