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
        await using var memory = Memory();
        var slot = new TierSlot(memory, Breaker(), Report()) { Counted = int.MaxValue - 1 };
        for (var i = 0; i < 8; i++) slot.Succeeded(TieredStore.Get, Stopwatch.GetTimestamp() - Stopwatch.Frequency, 0);
        Assert.Equal(int.MaxValue + 7L, slot.Counted);
        Assert.InRange(slot.P95Ms, 900, double.MaxValue);
    }

    [Theory]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    [InlineData(false, false, true)]
    public async Task Are_left_at_once_when_one_server_is_silent_but_not_when_another_or_another_answer_came(bool isOne, bool hasAnswered, bool isUsed)
    {
        await using var memory = Memory();
        var slot = new TierSlot(memory, Breaker(), Report()) { IsOne = () => isOne };
        slot.Answered();
        var asked = Stopwatch.GetTimestamp();
        if (hasAnswered) slot.Answered();
        Assert.True(slot.Failed(TieredStore.Get, new TimeoutException(), CancellationToken.None, asked));
        Assert.Equal(isUsed, slot.Breaker.Allows);
    }

    private static MemoryTier Memory() => new(TimeProvider.System, 10, 1000, keepTombstones: false);

    private static Breaker Breaker() => new(TimeProvider.System, new(), new Random(1));

    private static OutageReport Report() => new(TimeProvider.System, NullLogger.Instance);
}
