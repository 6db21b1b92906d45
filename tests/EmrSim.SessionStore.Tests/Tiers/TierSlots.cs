using System.Diagnostics;
using EmrSim.SessionStore.Memory;
using EmrSim.SessionStore.Tiered;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmrSim.SessionStore.Tests.Tiers;

public sealed class TierSlots
{
    [Fact]
    public async Task Can_say_how_long_operations_take_also_after_more_of_them_than_an_int_holds()
    {
        await using var memory = new MemoryTier(TimeProvider.System, 10, 1000, keepTombstones: false);
        var slot = new TierSlot(memory, new Breaker(TimeProvider.System, new(), new Random(1)), new OutageReport(TimeProvider.System, NullLogger.Instance)) { Counted = int.MaxValue - 1 };
        for (var i = 0; i < 8; i++) slot.Succeeded(TieredStore.Get, Stopwatch.GetTimestamp() - Stopwatch.Frequency, 0);
        Assert.Equal(int.MaxValue + 7L, slot.Counted);
        Assert.InRange(slot.P95Ms, 900, double.MaxValue);
    }
}
