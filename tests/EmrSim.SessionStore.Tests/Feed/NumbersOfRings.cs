using EmrSim.SessionStore.Feed;

namespace EmrSim.SessionStore.Tests.Feed;

public sealed class NumbersOfRings
{
    private readonly HeardRings _heard = new();

    public NumbersOfRings()
    {
        Assert.True(IsNew(10));
        Assert.Equal([true, false], Looks(2));
    }

    [Fact]
    public void Tell_what_comes_twice()
    {
        Assert.True(IsNew(11));
        Assert.False(IsNew(11));
        Assert.False(IsNew(10));
        Assert.False(IsNew(9));
    }

    [Fact]
    public void Forgive_what_comes_in_another_order_and_call_it_late()
    {
        Assert.Equal((true, false), _heard.Hear(15));
        Assert.Equal((true, true), _heard.Hear(14));
        Assert.True(IsNew(13));
        Assert.True(IsNew(12));
        Assert.False(IsNew(13));
        Assert.True(IsNew(11));
        Assert.DoesNotContain(true, Looks(10));
    }

    [Fact]
    public void Tell_what_never_comes_once()
    {
        _heard.Hear(12);
        Assert.Equal([false, false, false, false, true, false], Looks(6));
        Assert.False(IsNew(11));
        Assert.True(IsNew(13));
    }

    [Fact]
    public void Tell_what_was_said_to_have_been_and_was_not_heard()
    {
        _heard.Claim(11);
        Assert.Equal([false, false, false, false, true, false], Looks(6));
        _heard.Claim(12);
        Assert.True(IsNew(12));
        Assert.DoesNotContain(true, Looks(10));
    }

    [Fact]
    public void Hold_no_more_than_some()
    {
        for (var number = 20; number < 2000; number++) Assert.True(IsNew(number));
        Assert.True(_heard.TakeMissed());
        Assert.False(IsNew(15));
    }

    private bool IsNew(long number) => _heard.Hear(number).IsNew;

    private bool[] Looks(int count) => [.. Enumerable.Range(0, count).Select(_ => _heard.TakeMissed())];
}
