using EmrSim.Server.Transcripts;

namespace EmrSim.Server.Tests.Transcripts;

public sealed class FoldOfEvents
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000);

    [Theory]
    [InlineData("pending final", "final", "words 2", 2)]
    [InlineData("pending failed final", "final", "words 3", 3)]
    [InlineData("final final", "final", "words 1", 1)]
    [InlineData("final pending", "final", "words 1", 1)]
    [InlineData("final failed", "final", "words 1", 1)]
    [InlineData("final interrupted", "interrupted", "words 2", 2)]
    [InlineData("interrupted final", "interrupted", "words 1", 1)]
    [InlineData("pending abandoned final", "final", "words 3", 3)]
    [InlineData("pending pending", "pending", "words 1", 1)]
    public void Ends_where_the_best_knowledge_is(string states, string state, string text, int revision)
    {
        StoredTurn? item = null;
        var seq = 0;
        foreach (var next in states.Split(' '))
        {
            seq++;
            item = TurnFold.Apply(item, new("i", "user", $"words {seq}", "audio", "witness", State: next), "i", "t", seq, s_now) ?? item;
        }

        Assert.Equal((state, text, revision, 1L), (item!.State, item.Text, item.Revision, item.FirstSeq));
    }

    [Fact]
    public void Learns_a_place_that_was_not_known_before()
    {
        var item = TurnFold.Apply(null, new("i", "user", "words", "audio", "relay"), "i", "t", 1, s_now)!;
        var placed = TurnFold.Apply(item, new("i", "user", "other", "audio", "witness", "before"), "i", "t", 2, s_now)!;
        Assert.Equal(("before", "words", 2, 2L), (placed.PreviousItemId!, placed.Text, placed.Revision, placed.Seq));
        Assert.Null(TurnFold.Apply(placed, new("i", "user", "other", "audio", "witness", "elsewhere"), "i", "t", 3, s_now));
    }

    /// <summary>These are on disk: the list may only grow.</summary>
    [Fact]
    public void Keeps_the_names_that_are_stored() => Assert.Equal(
        ["pending", "partial", "final", "failed", "interrupted", "abandoned"],
        [TurnState.Pending, TurnState.Partial, TurnState.Final, TurnState.Failed, TurnState.Interrupted, TurnState.Abandoned]);
}
