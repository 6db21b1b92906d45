using System.Text;

namespace EmrSim.SessionStore.Tests.Contract;

/// <summary>What every kind of store promises. One subclass per kind, each against the real server.</summary>
public abstract class StoreContract : IAsyncLifetime
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private readonly string _prefix = $"t:{Guid.NewGuid():N}:";
    private RunningStore _running = null!;

    private ISessionStore Store => _running.Store;

    public async ValueTask InitializeAsync() => _running = await RunningStore.StartAsync(await OptionsAsync());

    public async ValueTask DisposeAsync()
    {
        if (_running is not null) await _running.DisposeAsync();
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Which tier is asked: the first one of the chain.</summary>
    protected abstract string FirstTier { get; }

    protected abstract ValueTask<SessionStoreOptions> OptionsAsync();

    protected virtual ValueTask CloseAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task It_is_the_first_tier_that_serves()
    {
        await Store.SetAsync(Key("who"), Bytes("x"), s_minute, Token);
        var status = _running.Host.Status;
        Assert.Equal((FirstTier, "closed", false), (status.Tiers[0].Name, status.Tiers[0].State, status.Degraded));
        Assert.All(status.Tiers.Skip(1), static tier => Assert.True(!tier.HoldsEntries || tier.Name == "database"));
    }

    [Fact]
    public async Task What_was_set_is_got_until_it_is_removed()
    {
        var key = Key("a");
        Assert.Null(await Store.GetAsync(key, Token));
        var stamp = await Store.SetAsync(key, Bytes("one"), s_minute, Token);
        var entry = await Store.GetAsync(key, Token);
        Assert.Equal(("one", stamp), (Text(entry), entry!.Value.Stamp));
        Assert.InRange(entry.Value.ExpiresAt - DateTimeOffset.UnixEpoch, TimeProvider.System.GetUtcNow().AddSeconds(50) - DateTimeOffset.UnixEpoch, TimeProvider.System.GetUtcNow().AddSeconds(61) - DateTimeOffset.UnixEpoch);
        Assert.True(await Store.RemoveAsync(key, Token));
        Assert.False(await Store.RemoveAsync(key, Token));
        Assert.Null(await Store.GetAsync(key, Token));
    }

    [Fact]
    public async Task A_later_set_wins_and_has_a_newer_version()
    {
        var key = Key("b");
        var first = await Store.SetAsync(key, Bytes("1"), s_minute, Token);
        var second = await Store.SetAsync(key, Bytes("2"), s_minute, Token);
        Assert.True(second > first);
        Assert.Equal("2", Text(await Store.GetAsync(key, Token)));
    }

    [Fact]
    public async Task It_can_be_set_again_after_it_was_removed()
    {
        var key = Key("c");
        await Store.SetAsync(key, Bytes("1"), s_minute, Token);
        await Store.RemoveAsync(key, Token);
        await Store.SetAsync(key, Bytes("2"), s_minute, Token);
        Assert.Equal("2", Text(await Store.GetAsync(key, Token)));
        await Store.RemoveAsync(key, Token);
        Assert.NotNull(await Store.AddAsync(key, Bytes("3"), s_minute, Token));
        Assert.Equal("3", Text(await Store.GetAsync(key, Token)));
    }

    [Fact]
    public async Task Its_life_ends_in_time()
    {
        var key = Key("d");
        await Store.SetAsync(key, Bytes("short"), TimeSpan.FromMilliseconds(300), Token);
        Assert.NotNull(await Store.GetAsync(key, Token));
        await EmrSim.Server.Tests.Processes.Eventually.TrueAsync(async () => await Store.GetAsync(key, Token) is null, TimeSpan.FromSeconds(3), () => "It lives on.");
        Assert.NotNull(await Store.AddAsync(key, Bytes("again"), s_minute, Token));
    }

    [Fact]
    public async Task Of_many_who_add_at_once_one_wins()
    {
        var key = Key("e");
        var stamps = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => Store.AddAsync(key, Bytes($"{n}"), s_minute, Token).AsTask()));
        Assert.Null(_running.Host.Status.Tiers[0].LastFailure);
        var winner = Assert.Single(stamps, static stamp => stamp is not null);
        Assert.Equal(winner, (await Store.GetAsync(key, Token))!.Value.Stamp);
    }

    [Fact]
    public async Task Of_many_who_replace_one_version_one_wins()
    {
        var key = Key("f");
        var stamp = await Store.SetAsync(key, Bytes("0"), s_minute, Token);
        var stamps = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => Store.ReplaceAsync(key, Bytes($"{n}"), s_minute, stamp, Token).AsTask()));
        Assert.Null(_running.Host.Status.Tiers[0].LastFailure);
        var winner = Assert.Single(stamps, static won => won is not null);
        Assert.Equal(winner, (await Store.GetAsync(key, Token))!.Value.Stamp);
    }

    [Fact]
    public async Task Of_many_who_remove_at_once_one_finds_it_alive()
    {
        for (var round = 0; round < 5; round++)
        {
            var key = Key($"r{round}");
            await Store.SetAsync(key, Bytes("0"), s_minute, Token);
            var found = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Store.RemoveAsync(key, Token).AsTask()));
            Assert.Null(_running.Host.Status.Tiers[0].LastFailure);
            Assert.Single(found, static alive => alive);
        }
    }

    [Fact]
    public async Task A_caller_who_no_longer_wants_an_answer_gets_none()
    {
        if (FirstTier == "memory") return;
        using var over = new CancellationTokenSource();
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.SetAsync(Key("over"), Bytes("x"), s_minute, over.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Store.GetAsync(Key("over"), over.Token));
        Assert.Null(_running.Host.Status.Tiers[0].LastFailure);
    }

    [Fact]
    public async Task What_is_gone_can_not_be_replaced()
    {
        var key = Key("g");
        var stamp = await Store.SetAsync(key, Bytes("0"), s_minute, Token);
        await Store.RemoveAsync(key, Token);
        Assert.Null(await Store.ReplaceAsync(key, Bytes("1"), s_minute, stamp, Token));
        Assert.Null(await Store.ReplaceAsync(Key("never"), Bytes("1"), s_minute, stamp, Token));
        Assert.Null(await Store.GetAsync(key, Token));
    }

    [Fact]
    public async Task A_counter_counts_all_and_does_not_outlive_its_first_window()
    {
        var key = Key("h");
        var first = await Store.IncrementAsync(key, 1, TimeSpan.FromSeconds(2), Token);
        var counts = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Store.IncrementAsync(key, 2, s_minute, Token).AsTask()));
        Assert.Equal(1, first.Value);
        Assert.Equal(41, counts.Max(static counter => counter.Value));
        Assert.Null(_running.Host.Status.Tiers[0].LastFailure);
        Assert.All(counts, counter => Assert.InRange(Math.Abs((counter.ExpiresAt - first.ExpiresAt).TotalMilliseconds), 0, 1500));
        await EmrSim.Server.Tests.Processes.Eventually.TrueAsync(
            async () => (await Store.IncrementAsync(key, 1, TimeSpan.FromSeconds(2), Token)).Value < 41,
            TimeSpan.FromSeconds(5),
            () => "The window did not end.");
    }

    [Fact]
    public async Task A_counter_can_begin_where_an_entry_was_removed_and_be_removed_itself()
    {
        var key = Key("i");
        await Store.SetAsync(key, Bytes("x"), s_minute, Token);
        await Store.RemoveAsync(key, Token);
        Assert.Equal(3, (await Store.IncrementAsync(key, 3, s_minute, Token)).Value);
        Assert.True(await Store.RemoveAsync(key, Token));
        Assert.Equal(1, (await Store.IncrementAsync(key, 1, s_minute, Token)).Value);
    }

    [Fact]
    public async Task A_value_is_no_counter()
    {
        var key = Key("j");
        await Store.SetAsync(key, Bytes("x"), s_minute, Token);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Store.IncrementAsync(key, 1, s_minute, Token));
        Assert.Equal("x", Text(await Store.GetAsync(key, Token)));
        Assert.False(_running.Host.Status.Degraded);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(200)]
    [InlineData(1024 * 1024)]
    public async Task Bytes_come_back_as_they_went(int length)
    {
        var value = new byte[length];
        new Random(length).NextBytes(value);
        await Store.SetAsync(Key("bytes"), value, s_minute, Token);
        Array.Clear(value);
        new Random(length).NextBytes(value);
        Assert.Equal(value, (await Store.GetAsync(Key("bytes"), Token))!.Value.Value.ToArray());
    }

    [Fact]
    public async Task What_no_server_could_keep_is_refused()
    {
        foreach (var key in (string[])["", "a b", "a\nb", new string('k', 251), new string('ä', 126), "nul\0", "half\ud800", "\udc00half", "\udc00\ud800"])
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.SetAsync(key, Bytes("x"), s_minute, Token));
        foreach (var life in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromSeconds(-1), TimeSpan.FromDays(8)])
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.SetAsync(Key("x"), Bytes("x"), life, Token));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Store.SetAsync(Key("x"), new byte[(1024 * 1024) + 1], s_minute, Token));
    }

    [Fact]
    public async Task A_write_with_a_clock_that_is_behind_still_wins_over_what_it_follows()
    {
        if (FirstTier == "memory") return;
        var options = await OptionsAsync();
        await using var ahead = await RunningStore.StartAsync(options, new SkewedTime(TimeSpan.FromHours(2)));
        var key = Key("skew");
        await ahead.Store.SetAsync(key, Bytes("from the future"), TimeSpan.FromHours(4), Token);
        await Store.SetAsync(key, Bytes("now"), s_minute, Token);
        Assert.Equal("now", Text(await Store.GetAsync(key, Token)));
        await Store.RemoveAsync(key, Token);
        Assert.NotNull(await Store.AddAsync(key, Bytes("new"), s_minute, Token));
        Assert.Equal("new", Text(await Store.GetAsync(key, Token)));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string? Text(StoreEntry? entry) => entry is { } found ? Encoding.UTF8.GetString(found.Value.Span) : null;

    private string Key(string name) => _prefix + name;
}
