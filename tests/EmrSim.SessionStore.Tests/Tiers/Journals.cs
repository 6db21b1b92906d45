using System.Diagnostics.Metrics;
using EmrSim.SessionStore.Tiered;
using Microsoft.Extensions.Time.Testing;

namespace EmrSim.SessionStore.Tests.Tiers;

[Collection(nameof(Alone))]
public sealed class Journals
{
    private readonly FakeTimeProvider _time = new();
    private uint _stamped;

    [Fact]
    public void Hold_so_many_entries_and_drop_the_soonest_to_expire_first()
    {
        var journal = new Journal(_time, 10, long.MaxValue);
        var dropped = DroppedWhile(() =>
        {
            for (var i = 0; i < 15; i++) journal.Note($"k{i}", Value(TimeSpan.FromMinutes(100 - i), 10));
        });
        Assert.Equal(Enumerable.Range(0, 10).Select(static i => $"k{i}"), journal.Alive().Select(static held => held.Key).Order());
        Assert.Equal(5, dropped);
    }

    [Fact]
    public void Hold_so_many_bytes_and_drop_the_soonest_to_expire_first()
    {
        var journal = new Journal(_time, int.MaxValue, 1000);
        var dropped = DroppedWhile(() =>
        {
            journal.Note("short", Value(TimeSpan.FromMinutes(1), 400));
            journal.Note("long", Value(TimeSpan.FromHours(1), 400));
            journal.Note("longer", Value(TimeSpan.FromHours(2), 300));
            // What is overwritten no longer counts.
            for (var i = 0; i < 10; i++) journal.Note("longer", Value(TimeSpan.FromHours(2), 600));
        });
        Assert.Equal(["long", "longer"], journal.Alive().Select(static held => held.Key).Order());
        Assert.Equal(1, dropped);
    }

    [Fact]
    public void Do_not_grow_by_keys_that_are_set_for_long_and_soon_replaced()
    {
        var journal = new Journal(_time, 1000, long.MaxValue);
        for (var i = 0; i < 100_000; i++)
        {
            journal.Note($"k{i}", Value(KeyRule.LongestLife, 10));
            journal.Note($"k{i}", Value(TimeSpan.FromMinutes(5), 0) with { Kind = EntryKind.Tombstone });
            if (i % 100 == 0) _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1000, journal.Alive().Count);
        Assert.InRange(journal.Ends, 1000, 4000);
    }

    [Fact]
    public void Keep_what_replaced_something_longer_without_its_value_until_that_would_have_ended()
    {
        var journal = new Journal(_time, 10, 1000);
        journal.Note("k", Value(TimeSpan.FromMinutes(1), 900), End(TimeSpan.FromMinutes(30)));
        _time.Advance(TimeSpan.FromMinutes(2));
        var held = Assert.Single(journal.Alive());
        Assert.Equal((EntryKind.Tombstone, new Stamp(1, 0, 1), 0), (held.Envelope.Kind, held.Envelope.Stamp, held.Envelope.Value.Length));
        // Its bytes are free for others.
        journal.Note("other", Value(TimeSpan.FromMinutes(1), 900));
        Assert.Equal(2, journal.Alive().Count);
        // What comes next from here keeps it from coming back as well.
        journal.Note("k", Value(TimeSpan.FromMinutes(1), 10));
        _time.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal("k", Assert.Single(journal.Alive()).Key);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Empty(journal.Alive());
    }

    private Envelope Value(TimeSpan life, int length) => new(EntryKind.Value, new Stamp(++_stamped, 0, 1), End(life), new byte[length]);

    private long End(TimeSpan life) => (_time.GetUtcNow() + life).ToUnixTimeMilliseconds();

    private static long DroppedWhile(Action work)
    {
        var dropped = 0L;
        using var listener = new MeterListener { InstrumentPublished = static (instrument, listening) => { if (instrument.Name == StoreMetrics.Dropped.Name) listening.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (tag is { Key: "tier", Value: "journal" }) dropped += count;
            }
        });
        listener.Start();
        work();
        return dropped;
    }
}
