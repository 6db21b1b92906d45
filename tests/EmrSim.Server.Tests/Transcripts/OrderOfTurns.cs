using EmrSim.Server.Transcripts;

namespace EmrSim.Server.Tests.Transcripts;

public sealed class OrderOfTurns
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000);

    [Fact]
    public void Follows_the_predecessors_whatever_the_clocks_and_the_arrival_say() =>
        Assert.Equal("abcd", Arranged(Turn("d", 1, "c", 10), Turn("b", 2, "a", 90), Turn("c", 3, "b", 20), Turn("a", 4, null, 99)));

    [Fact]
    public void Puts_turns_without_predecessor_by_their_start_and_then_by_arrival() =>
        Assert.Equal("bacd", Arranged(Turn("a", 1, null, 20), Turn("b", 2, null, 10), Turn("c", 3, null, 20), Turn("d", 4, null, 30)));

    [Fact]
    public void Puts_two_that_follow_the_same_by_who_was_told_first() =>
        Assert.Equal("acdb", Arranged(Turn("a", 1, null, 0), Turn("b", 3, "a", 0), Turn("c", 2, "a", 0), Turn("d", 4, "c", 0)));

    [Fact]
    public void Holds_a_turn_at_the_end_until_the_one_before_it_comes()
    {
        var waiting = Turn("c", 1, "b", 0);
        var held = TurnOrder.Arrange([waiting, Turn("a", 2, null, 0)]);
        Assert.Equal(["a", "c"], held.Select(turn => turn.ItemId));
        Assert.True(held[1].Unplaced);

        var placed = TurnOrder.Arrange([waiting, Turn("a", 2, null, 0), Turn("b", 3, "a", 0), Turn("z", 4, null, 50)]);
        Assert.Equal(["a", "b", "c", "z"], placed.Select(turn => turn.ItemId));
        Assert.DoesNotContain(placed, turn => turn.Unplaced);
    }

    [Fact]
    public void Breaks_circles_where_they_were_told_first_and_marks_them()
    {
        var arranged = TurnOrder.Arrange([Turn("x", 5, "y", 0), Turn("y", 4, "x", 0), Turn("s", 6, "s", 0), Turn("a", 9, null, 0)]);
        Assert.Equal(["a", "y", "x", "s"], arranged.Select(turn => turn.ItemId));
        Assert.Equal([false, true, false, true], arranged.Select(turn => turn.Unplaced));
    }

    [Fact]
    public void Keeps_the_parts_of_one_item_together() =>
        Assert.Equal("aaab", Arranged(Turn("a", 3, null, 0) with { ContentIndex = 1 }, Turn("a", 1, null, 0), Turn("b", 2, "a", 0), Turn("a", 4, null, 0) with { ContentIndex = 2 }));

    [Fact]
    public void Manages_a_chain_as_long_as_any_conversation()
    {
        var chain = Enumerable.Range(0, 100_000).Select(n => Turn($"{n}", 100_000 - n, n == 0 ? null : $"{n - 1}", 0)).Reverse().ToList();
        Assert.Equal(Enumerable.Range(0, 100_000).Select(n => $"{n}"), TurnOrder.Arrange(chain).Select(turn => turn.ItemId));
    }

    [Fact]
    public void Is_the_same_for_every_arrival_that_keeps_each_items_own_events_in_order()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var log = RandomLog(random);
            var expected = Folded(log);
            for (var again = 0; again < 5; again++) Assert.Equal(expected, Folded(Shuffled(log, random)));
        }
    }

    [Fact]
    public void Loses_and_doubles_nothing_whatever_points_where()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var turns = Enumerable.Range(0, random.Next(1, 30)).Select(n => Turn($"{n}", n, random.Next(3) == 0 ? null : $"{random.Next(35)}", random.Next(5))).ToList();
            Assert.Equal(turns.Select(turn => turn.ItemId).Order(), TurnOrder.Arrange(turns).Select(turn => turn.ItemId).Order());
        }
    }

    private static List<(long Seq, string ItemId, NewTurn Event)> RandomLog(Random random)
    {
        string[] states = [TurnState.Pending, TurnState.Partial, TurnState.Final, TurnState.Failed, TurnState.Interrupted, TurnState.Abandoned];
        return [.. Enumerable.Range(1, random.Next(2, 60)).Select(seq =>
        {
            var item = $"i{random.Next(12)}";
            var previous = random.Next(2) == 0 ? null : $"i{random.Next(14)}";
            return ((long)seq, item, new NewTurn(item, random.Next(2) == 0 ? "user" : "assistant", $"words {seq}", "audio", "witness", previous, s_start.ToUnixTimeMilliseconds() + random.Next(4), State: states[random.Next(states.Length)]));
        })];
    }

    private static List<(long Seq, string ItemId, NewTurn Event)> Shuffled(List<(long Seq, string ItemId, NewTurn Event)> log, Random random)
    {
        var lanes = log.GroupBy(logged => logged.ItemId).Select(lane => new Queue<(long, string, NewTurn)>(lane.OrderBy(logged => logged.Seq))).ToList();
        var mixed = new List<(long, string, NewTurn)>();
        while (lanes.Count > 0)
        {
            var lane = lanes[random.Next(lanes.Count)];
            mixed.Add(lane.Dequeue());
            if (lane.Count == 0) lanes.Remove(lane);
        }

        return mixed;
    }

    private static List<string> Folded(List<(long Seq, string ItemId, NewTurn Event)> log)
    {
        var items = new Dictionary<string, StoredTurn>();
        foreach (var (seq, itemId, told) in log)
        {
            if (TurnFold.Apply(items.GetValueOrDefault(itemId), told, itemId, itemId, seq, s_start) is { } changed) items[itemId] = changed;
        }

        return [.. TurnOrder.Arrange(items.Values).Select(turn => $"{turn.ItemId} {turn.Role} {turn.State} {turn.Text} {turn.PreviousItemId} {turn.Seq} {turn.Revision} {turn.Unplaced}")];
    }

    private static string Arranged(params StoredTurn[] turns) => string.Concat(TurnOrder.Arrange(turns).Select(turn => turn.ItemId));

    private static StoredTurn Turn(string id, long seq, string? previous, long started) =>
        new(id, id, "user", id, "audio", "relay", TurnState.Final, previous, seq, 1, s_start, s_start.ToUnixTimeMilliseconds() + started, null, null, null, null, FirstSeq: seq);
}
