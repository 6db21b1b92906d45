using EmrSim.SessionStore.Redis;
using Microsoft.Extensions.Time.Testing;

namespace EmrSim.SessionStore.Tests.Tiers;

/// <summary>Which primary is followed when the sentinels do not agree.</summary>
public sealed class SentinelVotes
{
    private static readonly StoreEndpoint s_old = new("old", 6379);
    private static readonly StoreEndpoint s_new = new("new", 6379);
    private static readonly SentinelAnswer s_silent = new(SentinelWord.Silent);
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void At_the_start_a_majority_must_answer()
    {
        var vote = new SentinelVote(_time);
        Assert.Null(vote.Decide(null, [Told(s_old, 0), s_silent, s_silent]));
        Assert.Equal(new(s_old, 0), vote.Decide(null, [Told(s_old, 0), Told(s_old, 0), s_silent]));
        Assert.Equal(new(s_old, 0), new SentinelVote(_time).Decide(null, [Told(s_old, 0)]));
    }

    [Fact]
    public void The_newest_failover_is_right_whoever_tells_it()
    {
        var vote = new SentinelVote(_time);
        Assert.Equal(new(s_new, 2), vote.Decide(new(s_old, 1), [Told(s_old, 1), Told(s_old, 1), Told(s_new, 2)]));
        Assert.Equal(new(s_new, 2), vote.Decide(null, [Told(s_old, 1), Told(s_new, 2), s_silent]));
    }

    [Fact]
    public void An_old_primary_is_not_gone_back_to_by_the_word_of_those_who_have_not_heard()
    {
        var vote = new SentinelVote(_time);
        KnownPrimary known = new(s_new, 2);
        Assert.Equal(known, vote.Decide(known, [Told(s_old, 1), s_silent, s_silent]));
        for (var i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(known, vote.Decide(known, [Told(s_old, 1), s_silent, s_silent]));
        }

        Assert.Equal(known, vote.Decide(known, [Told(s_old, 1), Told(s_old, 1), s_silent]));
        Assert.Equal(known, vote.Decide(known, [s_silent, s_silent, s_silent]));
    }

    [Fact]
    public void A_majority_that_stays_with_a_lower_number_is_believed()
    {
        var vote = new SentinelVote(_time);
        KnownPrimary known = new(s_new, 2);
        SentinelAnswer[] reset = [Told(s_old, 0), Told(s_old, 0), Told(s_old, 0)];
        Assert.Equal(known, vote.Decide(known, reset));
        _time.Advance(SentinelVote.BelievesOlderAfter - TimeSpan.FromMilliseconds(1));
        Assert.Equal(known, vote.Decide(known, reset));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(new(s_old, 0), vote.Decide(known, reset));
    }

    [Fact]
    public void Two_addresses_with_one_number_change_nothing()
    {
        var vote = new SentinelVote(_time);
        Assert.Null(vote.Decide(null, [Told(s_old, 2), Told(s_new, 2), s_silent]));
        Assert.Equal(new(s_old, 1), vote.Decide(new(s_old, 1), [Told(s_old, 2), Told(s_new, 2), s_silent]));
    }

    private static SentinelAnswer Told(StoreEndpoint primary, long epoch) => new(SentinelWord.Told, primary, epoch);
}
