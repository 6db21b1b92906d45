namespace EmrSim.Server.Transcripts;

/// <summary>What an item is after one more event of the log. Depends on the item's own events only, and on their sequence numbers.</summary>
public static class TurnFold
{
    /// <summary>The item as changed, or null when the event says nothing new.</summary>
    /// <param name="turnId">Its id if it is new.</param>
    public static StoredTurn? Apply(StoredTurn? item, NewTurn change, string itemId, string turnId, long seq, DateTimeOffset receivedAt)
    {
        ArgumentNullException.ThrowIfNull(change);
        var createdAt = (change.FinalizedAtMs ?? change.EmittedAtMs) is { } said ? DateTimeOffset.FromUnixTimeMilliseconds(said) : receivedAt;
        if (item is null)
        {
            return new(
                turnId, itemId, change.Role, change.Text, change.Channel, change.Source, change.State, change.PreviousItemId, seq, 1, createdAt,
                change.StartedAtMs, change.FinalizedAtMs, change.EmittedAtMs, change.Media, change.CatalogItemIds, true, seq, change.ContentIndex, change.Failure);
        }

        var learnsPlace = item.PreviousItemId is null && change.PreviousItemId is not null;
        if (!MayBecome(item.State, change.State))
            return learnsPlace ? item with { PreviousItemId = change.PreviousItemId, Seq = seq, Revision = item.Revision + 1, IsNew = true } : null;

        var brings = change.State is TurnState.Final or TurnState.Interrupted;
        return item with
        {
            State = change.State,
            Text = brings ? change.Text : item.Text,
            Source = brings ? change.Source : item.Source,
            PreviousItemId = item.PreviousItemId ?? change.PreviousItemId,
            Seq = seq,
            Revision = item.Revision + 1,
            CreatedAt = brings ? createdAt : item.CreatedAt,
            StartedAtMs = item.StartedAtMs ?? change.StartedAtMs,
            FinalizedAtMs = change.FinalizedAtMs ?? item.FinalizedAtMs,
            EmittedAtMs = change.EmittedAtMs ?? item.EmittedAtMs,
            Media = change.Media ?? item.Media,
            CatalogItemIds = change.CatalogItemIds ?? item.CatalogItemIds,
            Failure = change.State == TurnState.Failed ? change.Failure : null,
            IsNew = true,
        };
    }

    // Words that come late are still words; only the patient being cut off changes words that were final.
    private static bool MayBecome(string from, string to) => (from, to) switch
    {
        (TurnState.Pending, not TurnState.Pending) => true,
        (TurnState.Partial, not (TurnState.Pending or TurnState.Partial)) => true,
        (TurnState.Failed, TurnState.Final or TurnState.Interrupted) => true,
        (TurnState.Abandoned, TurnState.Final or TurnState.Interrupted or TurnState.Failed) => true,
        (TurnState.Final, TurnState.Interrupted) => true,
        _ => false,
    };
}
