using EmrSim.SessionStore.Tiered;
using Microsoft.Extensions.Time.Testing;

namespace EmrSim.SessionStore.Tests.Tiers;

public sealed class Breakers
{
    private static readonly TimeSpan s_quick = TimeSpan.FromMilliseconds(1);
    private readonly FakeTimeProvider _time = new();
    private readonly BreakerOptions _options = new();

    [Fact]
    public void Open_after_failures_in_a_row()
    {
        var breaker = New();
        for (var i = 0; i < 20; i++) breaker.Succeeded(s_quick);
        Assert.False(breaker.Failed("x"));
        Assert.False(breaker.Failed("x"));
        breaker.Succeeded(s_quick);
        Assert.False(breaker.Failed("x"));
        Assert.False(breaker.Failed("x"));
        Assert.True(breaker.Failed("x"));
        Assert.False(breaker.Allows);
    }

    [Fact]
    public void Open_at_once_on_silence()
    {
        var breaker = New();
        for (var i = 0; i < 20; i++) breaker.Succeeded(s_quick);
        Assert.True(breaker.Failed("timeout", isSilent: true));
        Assert.False(breaker.Allows);
    }

    [Fact]
    public void Open_on_a_share_of_failures()
    {
        var breaker = New();
        for (var i = 0; i < 20 && breaker.Allows; i++)
        {
            breaker.Succeeded(s_quick);
            breaker.Failed("x");
        }

        Assert.False(breaker.Allows);
    }

    [Fact]
    public void Stay_closed_when_few_of_many_fail_or_when_the_failures_are_long_ago()
    {
        var breaker = New();
        for (var i = 0; i < 100; i++)
        {
            breaker.Succeeded(s_quick);
            breaker.Succeeded(s_quick);
            breaker.Succeeded(s_quick);
            breaker.Failed("x");
        }

        Assert.True(breaker.Allows);
        breaker = New();
        breaker.Failed("x");
        breaker.Failed("x");
        breaker.Succeeded(s_quick);
        _time.Advance(TimeSpan.FromSeconds(5));
        breaker.Failed("x");
        breaker.Failed("x");
        Assert.True(breaker.Allows);
    }

    [Fact]
    public void Open_when_one_in_twenty_is_slow()
    {
        var breaker = New();
        for (var i = 0; i < 18; i++) breaker.Succeeded(s_quick);
        breaker.Succeeded(TimeSpan.FromMilliseconds(200));
        Assert.True(breaker.Allows);
        breaker.Succeeded(TimeSpan.FromMilliseconds(200));
        Assert.False(breaker.Allows);
    }

    [Fact]
    public void Close_only_after_three_good_probes_in_a_row()
    {
        var breaker = New();
        Assert.True(breaker.Trip("role"));
        Assert.False(breaker.IsProbeDue);
        _time.Advance(TimeSpan.FromSeconds(1.4));
        Assert.True(breaker.IsProbeDue);
        Assert.False(breaker.ProbeSucceeded());
        Assert.False(breaker.ProbeSucceeded());
        breaker.ProbeFailed();
        Assert.False(breaker.IsProbeDue);
        Assert.False(breaker.ProbeSucceeded());
        Assert.False(breaker.ProbeSucceeded());
        Assert.False(breaker.Allows);
        Assert.True(breaker.ProbeSucceeded());
        Assert.True(breaker.Allows);
    }

    [Fact]
    public void Wait_longer_after_each_failed_probe_but_not_for_ever()
    {
        var breaker = New();
        breaker.Trip("x");
        List<double> waits = [];
        for (var i = 0; i < 8; i++)
        {
            var waited = 0.0;
            while (!breaker.IsProbeDue)
            {
                _time.Advance(TimeSpan.FromMilliseconds(50));
                waited += 0.05;
            }

            waits.Add(waited);
            breaker.ProbeFailed();
        }

        Assert.InRange(waits[0], 0.6, 1.4);
        Assert.InRange(waits[2], 2.7, 5.3);
        Assert.All(waits, static wait => Assert.InRange(wait, 0, 13.1));
    }

    private Breaker New() => new(_time, _options, new Random(7));
}
