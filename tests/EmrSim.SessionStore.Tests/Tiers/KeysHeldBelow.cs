using EmrSim.SessionStore.Database;
using EmrSim.SessionStore.Faults;
using EmrSim.SessionStore.Memory;
using EmrSim.SessionStore.Tests.Contract;
using EmrSim.SessionStore.Tiered;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmrSim.SessionStore.Tests.Tiers;

/// <summary>While entries wait to be moved up, only requests for their keys pay for it.</summary>
public sealed class KeysHeldBelow : IAsyncLifetime
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"emrsim-held-{Guid.NewGuid():N}.db");
    private readonly MemoryTier _above = new(TimeProvider.System, 1000, 1_000_000, keepTombstones: true);
    private readonly StoreFaults _faults = new();
    private readonly DatabaseTier _below;
    private readonly DatabaseTier _other;
    private readonly TierSlot _slotBelow;
    private readonly TieredStore _store;
    private uint _stamps;

    public KeysHeldBelow()
    {
        var clock = new StampClock(TimeProvider.System, 1);
        var report = new OutageReport(TimeProvider.System, NullLogger.Instance);
        TierSlot Slot(IStoreTier tier) => new(tier, new Breaker(TimeProvider.System, new() { FailuresInRow = 100, FailureShare = 2 }, new Random(1)), report);
        (_below, _other) = (Database(), Database());
        _slotBelow = Slot(new FaultyFallbackTier(_below, _faults, TimeProvider.System));
        TierSlot[] slots = [Slot(_above), _slotBelow];
        _store = new(slots, clock, new(slots, clock, report, NullLogger<MoveUp>.Instance), null);
    }

    public async ValueTask InitializeAsync()
    {
        await _below.ProbeAsync(Token);
        await _other.ProbeAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _above.DisposeAsync();
        await _below.DisposeAsync();
        await _other.DisposeAsync();
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*")) File.Delete(file);
    }

    [Fact]
    public async Task Requests_for_other_keys_do_not_ask_the_database()
    {
        await _store.SetAsync("above", new byte[] { 1 }, s_minute, Token);
        await LeaveAsync(_other, "held");
        await _below.RefreshAsync(byKey: true, Token);
        _faults.Fail("database");

        var stamp = (await _store.GetAsync("above", Token))!.Value.Stamp;
        await _store.ReplaceAsync("above", new byte[] { 2 }, s_minute, stamp, Token);
        await _store.SetAsync("above", new byte[] { 3 }, s_minute, Token);
        await _store.AddAsync("added", new byte[] { 4 }, s_minute, Token);
        await _store.RemoveAsync("added", Token);
        Assert.Null(_slotBelow.LastFailure);

        Assert.Null(await _store.GetAsync("held", Token));
        Assert.NotNull(_slotBelow.LastFailure);
    }

    [Fact]
    public async Task Every_key_may_be_there_until_the_keys_were_read()
    {
        Assert.True(_below.MayHold("any"));
        await LeaveAsync(_other, "held");
        await _below.RefreshAsync(byKey: false, Token);
        Assert.True(_below.MayHold("any"));
        await _below.RefreshAsync(byKey: true, Token);
        Assert.True(_below.MayHold("held"));
        Assert.False(_below.MayHold("any"));
    }

    [Fact]
    public async Task What_this_instance_writes_is_known_at_once_and_what_is_gone_after_the_next_look()
    {
        await _below.RefreshAsync(byKey: true, Token);
        Assert.False(_below.MayHoldAny);
        var entry = await LeaveAsync(_below, "own");
        Assert.True(_below.MayHold("own"));
        await _below.RefreshAsync(byKey: true, Token);
        Assert.True(_below.MayHold("own"));
        await _other.ForgetAsync([entry], Token);
        await _below.RefreshAsync(byKey: true, Token);
        Assert.False(_below.MayHoldAny);
    }

    [Fact]
    public async Task What_another_instance_left_is_known_as_soon_as_it_is_read()
    {
        await _below.RefreshAsync(byKey: true, Token);
        await LeaveAsync(_other, "k");
        Assert.False(_below.MayHold("k"));
        await _below.GetAsync("k", Token);
        Assert.True(_below.MayHold("k"));
        Assert.False(_below.MayHold("any"));
    }

    [Fact]
    public async Task Any_key_may_be_there_after_a_look_that_failed()
    {
        await _below.RefreshAsync(byKey: true, Token);
        Assert.False(_below.MayHold("any"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _below.RefreshAsync(byKey: true, new CancellationToken(true)));
        Assert.True(_below.MayHold("any"));
    }

    [Fact]
    public void What_a_look_has_found_stays_known_when_a_removal_ends_that_began_later_than_the_look()
    {
        var keys = new HeldKeys();
        var look = keys.LookBegins();
        var removal = keys.LookBegins();
        // It is removed, and written again by another instance before the look comes to it.
        keys.Looked(look, ["k"]);
        keys.Removed(removal, ["k"]);
        Assert.True(keys.MayContain("k"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void No_key_is_missed_whatever_looks_and_writes_overlap(int seed)
    {
        var random = new Random(seed);
        var (keys, table) = (new HeldKeys(), new HashSet<string>());
        var writes = new List<(string Key, bool Done)>();
        var looks = new List<(long Moment, HashSet<string> Seen)>();
        var removals = new List<(long Moment, string Key, bool Done)>();
        for (var step = 0; step < 20_000; step++)
        {
            var key = $"k{random.Next(8)}";
            switch (random.Next(9))
            {
                case 0:
                    keys.WriteBegins(key);
                    writes.Add((key, false));
                    break;
                case 1 when writes.FindIndex(static write => !write.Done) is >= 0 and var at:
                    table.Add(writes[at].Key);
                    writes[at] = (writes[at].Key, true);
                    break;
                case 2 when writes.FindIndex(static write => write.Done) is >= 0 and var at:
                    keys.WriteEnded(writes[at].Key);
                    writes.RemoveAt(at);
                    break;
                case 3:
                    looks.Add((keys.LookBegins(), [.. table]));
                    break;
                case 4 when looks.Count > 0:
                    var look = looks[random.Next(looks.Count)];
                    looks.Remove(look);
                    keys.Looked(look.Moment, random.Next(10) == 0 ? null : look.Seen);
                    break;
                case 5:
                    table.Remove(key);
                    break;
                case 6:
                    removals.Add((keys.LookBegins(), key, false));
                    break;
                case 7 when removals.FindIndex(static removal => !removal.Done) is >= 0 and var at:
                    removals[at] = removals[at] with { Done = table.Remove(removals[at].Key) };
                    if (!removals[at].Done) removals.RemoveAt(at);
                    break;
                case 8 when removals.FindIndex(static removal => removal.Done) is >= 0 and var at:
                    keys.Removed(removals[at].Moment, [removals[at].Key]);
                    removals.RemoveAt(at);
                    break;
            }

            foreach (var held in table) Assert.True(keys.MayContain(held) && keys.Any, $"step {step}: {held}");
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private DatabaseTier Database() => new(Databases.Sqlite(_file), TimeProvider.System, TimeSpan.FromSeconds(10));

    private async Task<HeldEntry> LeaveAsync(DatabaseTier tier, string key)
    {
        var now = TimeProvider.System.GetUtcNow();
        var entry = new HeldEntry(key, new(EntryKind.Value, new(now.ToUnixTimeMilliseconds(), ++_stamps, 9), now.AddMinutes(1).ToUnixTimeMilliseconds(), new byte[] { 1 }));
        await tier.SetAsync(key, entry.Envelope, Token);
        return entry;
    }
}
