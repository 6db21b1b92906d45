using EmrSim.SessionStore.Tiered;
using Microsoft.Extensions.Time.Testing;

namespace EmrSim.SessionStore.Tests.Tiers;

public sealed class Clocks
{
    private readonly FakeTimeProvider _time = new();

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public void Give_stamps_that_only_grow_even_when_the_time_stands_still()
    {
        var clock = new StampClock(_time, 7);
        var last = clock.Next();
        for (var i = 0; i < 1000; i++)
        {
            var next = clock.Next();
            Assert.True(next > last);
            last = next;
        }
    }

    [Fact]
    public void Of_one_time_order_what_they_give_within_a_millisecond()
    {
        var (one, other) = (new StampClock(_time, 9), new StampClock(_time, 7));
        var last = one.Next();
        for (var i = 0; i < 20_000; i++)
        {
            _time.Advance(TimeSpan.FromTicks(1));
            var next = (i % 2 == 0 ? other : one).Next();
            Assert.True(next > last);
            last = next;
        }
    }

    [Fact]
    public void Stay_in_step_with_the_fastest_clock_they_have_seen()
    {
        var clock = new StampClock(_time, 7);
        clock.Observe(new(NowMs + 5000, 3, 9));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(clock.Next() > new Stamp(NowMs + 4999, 0, 9));
    }

    [Fact]
    public void Do_not_follow_a_clock_that_must_be_broken_but_can_write_over_it()
    {
        var clock = new StampClock(_time, 7);
        var absurd = new Stamp(NowMs + 7_200_000, 4, 9);
        clock.Observe(absurd);
        Assert.True(clock.Next().UnixMs <= NowMs);
        Assert.True(clock.After(absurd) > absurd);
        Assert.True(clock.After(absurd with { Counter = uint.MaxValue }) > absurd with { Counter = uint.MaxValue });
    }
}
