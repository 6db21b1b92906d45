namespace EmrSim.Server.Transcripts;

/// <summary>
/// The order of a conversation: each item follows the one that it names as its predecessor; of two that name the same, the one that was
/// told first comes first. Items without a predecessor begin a chain of their own, by the time at which they were started. Items whose
/// predecessor is unknown wait at the end, and so do circles; both are marked.
/// </summary>
public static class TurnOrder
{
    public static IReadOnlyList<StoredTurn> Arrange(IReadOnlyCollection<StoredTurn> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        var nodes = items
            .GroupBy(item => item.ItemId, StringComparer.Ordinal)
            .Select(parts => new Node([.. parts.OrderBy(part => part.ContentIndex)]))
            .ToDictionary(node => node.ItemId, StringComparer.Ordinal);
        var followers = nodes.Values
            .Where(node => node.Previous is not null)
            .OrderBy(node => node.FirstSeq)
            .ToLookup(node => node.Previous!, StringComparer.Ordinal);

        var arranged = new List<StoredTurn>(items.Count);
        var placed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var head in nodes.Values.Where(node => node.Previous is null).OrderBy(node => node.StartedAtMs).ThenBy(node => node.FirstSeq)) Place(head, unplaced: false);
        foreach (var orphan in nodes.Values.Where(node => node.Previous is { } previous && !nodes.ContainsKey(previous)).OrderBy(node => node.FirstSeq)) Place(orphan, unplaced: true);
        foreach (var circling in nodes.Values.Where(node => !placed.Contains(node.ItemId)).OrderBy(node => node.FirstSeq)) Place(circling, unplaced: true);
        return arranged;

        // A chain can be as long as the conversation, so no recursion.
        void Place(Node head, bool unplaced)
        {
            var waiting = new Stack<Node>([head]);
            while (waiting.TryPop(out var node))
            {
                if (!placed.Add(node.ItemId)) continue;
                foreach (var part in node.Parts) arranged.Add(unplaced && node == head ? part with { Unplaced = true } : part);
                foreach (var follower in followers[node.ItemId].Reverse()) waiting.Push(follower);
            }
        }
    }

    private sealed record Node(IReadOnlyList<StoredTurn> Parts)
    {
        public string ItemId => Parts[0].ItemId;

        public string? Previous { get; } = Parts.Select(part => part.PreviousItemId).FirstOrDefault(previous => previous is not null);

        public long FirstSeq { get; } = Parts.Min(part => part.FirstSeq);

        public long StartedAtMs { get; } = Parts.Min(part => part.StartedAtMs ?? part.CreatedAt.ToUnixTimeMilliseconds());
    }
}
