using EmrSim.SessionStore.Redis;

namespace EmrSim.SessionStore.Tests.Tiers;

public sealed class ReconnectDelays
{
    private const int MostMs = 500;

    [Fact]
    public void Stay_as_they_were_drawn_while_several_nodes_are_away_for_different_times()
    {
        var delay = new ReconnectDelay();
        var (third, fifth) = (Least(delay, 3), Least(delay, 5));
        for (var i = 0; i < 200; i++) Assert.Equal((false, true, false, true), (delay.ShouldRetry(3, third - 1), delay.ShouldRetry(3, third), delay.ShouldRetry(5, fifth - 1), delay.ShouldRetry(5, fifth)));
    }

    [Theory]
    [InlineData(0, 200)]
    [InlineData(1, 400)]
    [InlineData(2, MostMs)]
    [InlineData(1_000_000, MostMs)]
    public void Are_anything_up_to_twice_as_much_each_time_and_never_more_than_half_a_second(long attempt, int most)
    {
        var drawn = Enumerable.Range(0, 300).Select(_ => Least(new ReconnectDelay(), attempt)).ToList();
        Assert.All(drawn, delay => Assert.InRange(delay, 100, most));
        // Two instances hardly ever come back in step: the draws fill the range.
        Assert.InRange(drawn.Min(), 100, 100 + ((most - 100) / 4));
        Assert.InRange(drawn.Max(), most - ((most - 100) / 4), most);
        Assert.InRange(drawn.Distinct().Count(), 50, drawn.Count);
    }

    private static int Least(ReconnectDelay delay, long attempt) => Enumerable.Range(0, MostMs + 1).First(elapsed => delay.ShouldRetry(attempt, elapsed));
}
