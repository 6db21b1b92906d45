using System.Text;
using EmrSim.SessionStore.Faults;
using EmrSim.SessionStore.Memory;
using EmrSim.SessionStore.Tiered;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmrSim.SessionStore.Tests.Tiers;

/// <summary>After an outage and before promotion has come to a key, what is decided on it takes the lower tier's state into account.</summary>
public sealed class WhatIsStillBelow : IAsyncLifetime
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private readonly MemoryTier _above = new(TimeProvider.System, 1000, 1_000_000, keepTombstones: true);
    private readonly MemoryTier _below = new(TimeProvider.System, 1000, 1_000_000, keepTombstones: true);
    private readonly StoreFaults _faults = new();
    private readonly StampClock _clock = new(TimeProvider.System, 1);
    private readonly TierSlot[] _slots;
    private readonly MoveUp _moving;
    private readonly TieredStore _store;

    public WhatIsStillBelow()
    {
        var report = new OutageReport(TimeProvider.System, NullLogger.Instance);
        TierSlot Slot(IStoreTier tier) => new(tier, new Breaker(TimeProvider.System, new(), new Random(1)), report);
        _slots = [Slot(_above), Slot(new FaultyFallbackTier(_below, _faults, TimeProvider.System))];
        _moving = new(_slots, _clock, report, NullLogger<MoveUp>.Instance);
        _store = new(_slots, _clock, _moving, null);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _above.DisposeAsync();
        await _below.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_can_be_added_over_it()
    {
        await PutBelowAsync("k");
        Assert.Null(await _store.AddAsync("k", "other"u8.ToArray(), s_minute, Token));
        Assert.Equal("below", await TextAsync("k"));
        Assert.Equal(0, _below.Held);
    }

    [Fact]
    public async Task It_is_found_also_when_it_is_moved_up_between_the_two_looks()
    {
        await PutBelowAsync("k");
        var held = Assert.Single(await HeldAsync());
        _faults.Delay("memory", TimeSpan.FromMilliseconds(200));
        // Has looked above when it gives back the control, and waits before it looks below.
        var reading = TextAsync("k");
        await _above.SetAsync(held.Key, held.Envelope, Token);
        await _below.ForgetAsync([held], Token);
        Assert.Equal("below", await reading);
    }

    [Fact]
    public async Task It_can_be_replaced()
    {
        var stamp = await PutBelowAsync("k");
        Assert.NotNull(await _store.ReplaceAsync("k", "next"u8.ToArray(), s_minute, stamp, Token));
        Assert.Equal("next", await TextAsync("k"));
    }

    [Fact]
    public async Task It_can_be_removed_and_stays_removed()
    {
        await PutBelowAsync("k");
        Assert.True(await _store.RemoveAsync("k", Token));
        Assert.Null(await TextAsync("k"));
        Assert.Equal(EntryKind.Tombstone, (await _below.GetAsync("k", Token) ?? await _above.GetAsync("k", Token))!.Value.Kind);
    }

    [Fact]
    public async Task It_can_be_removed_for_good_also_while_it_cannot_be_reached()
    {
        await PutBelowAsync("k");
        await PutBelowAsync("reached");
        await _store.RemoveAsync("reached", Token);
        _slots[1].Trip("away");
        await _store.RemoveAsync("k", Token);
        Assert.InRange(await LeftAsync("reached"), TimeSpan.Zero, MoveUp.TombstoneLife);
        Assert.InRange(await LeftAsync("k"), KeyRule.LongestLife - s_minute, KeyRule.LongestLife);
    }

    [Fact]
    public async Task A_counter_that_was_removed_is_not_moved_up_over_the_next_one()
    {
        await _below.IncrementAsync("k", 5, _clock.NowMs + 60_000, Token);
        var before = await HeldAsync();
        Assert.True(await _store.RemoveAsync("k", Token));
        var after = await HeldAsync();
        Assert.Equal(1, (await _store.IncrementAsync("k", 1, s_minute, Token)).Value);
        foreach (var held in (HeldEntry[])[.. before, .. after]) await _moving.MoveAsync(_slots[1], _slots[0], [held], Token);
        Assert.Equal(2, (await _store.IncrementAsync("k", 1, s_minute, Token)).Value);
    }

    [Fact]
    public async Task The_newer_of_two_is_read()
    {
        await _store.SetAsync("k", "above"u8.ToArray(), s_minute, Token);
        await PutBelowAsync("k");
        Assert.Equal("below", await TextAsync("k"));
        await _store.SetAsync("k", "above again"u8.ToArray(), s_minute, Token);
        Assert.Equal("above again", await TextAsync("k"));
    }

    [Fact]
    public async Task A_removal_below_hides_what_is_above()
    {
        await _store.SetAsync("k", "above"u8.ToArray(), s_minute, Token);
        await _below.RemoveAsync("k", new(EntryKind.Tombstone, _clock.Next(), _clock.NowMs + 60_000, default), Token);
        Assert.Null(await TextAsync("k"));
        Assert.NotNull(await _store.AddAsync("k", "new"u8.ToArray(), s_minute, Token));
        Assert.Equal("new", await TextAsync("k"));
    }

    [Fact]
    public async Task What_is_overwritten_by_something_shorter_does_not_outlive_it()
    {
        await PutBelowAsync("k");
        await _store.SetAsync("k", "short"u8.ToArray(), TimeSpan.FromSeconds(1), Token);
        Assert.Equal(0, _below.Held);
        Assert.Equal("short", await TextAsync("k"));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task<IReadOnlyList<HeldEntry>> HeldAsync()
    {
        var held = new List<HeldEntry>();
        await foreach (var page in _below.PagesAsync(10, Token)) held.AddRange(page);
        return held;
    }

    private async Task<TimeSpan> LeftAsync(string key) => TimeSpan.FromMilliseconds((await _above.GetAsync(key, Token))!.Value.ExpiresAtMs - _clock.NowMs);

    private async Task<Stamp> PutBelowAsync(string key)
    {
        var stamp = _clock.Next();
        await _below.SetAsync(key, new(EntryKind.Value, stamp, _clock.NowMs + 60_000, "below"u8.ToArray()), Token);
        return stamp;
    }

    private async Task<string?> TextAsync(string key) =>
        await _store.GetAsync(key, Token) is { } found ? Encoding.UTF8.GetString(found.Value.Span) : null;
}
