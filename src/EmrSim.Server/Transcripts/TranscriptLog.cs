using System.Diagnostics;
using EmrSim.Contracts;
using EmrSim.Server.Encounters;
using EmrSim.Server.Http;
using EmrSim.Server.Live;
using EmrSim.Server.Storage;
using EmrSim.Server.Traces;

namespace EmrSim.Server.Transcripts;

/// <summary>The transcripts' front door for other features: append, read in conversation order, read what is after a sequence number.</summary>
public sealed class TranscriptLog(AppDatabase database, TurnJournal journal, LiveFeed feed, TimeProvider clock)
{
    // What has stayed without words for so long has nobody left who would bring them.
    private static readonly TimeSpan s_hope = TimeSpan.FromSeconds(60);

    // By the log, whose order is the primary key: an index of the items by their last change would cost every append.
    private const string ChangedBetween =
        " AND (item_id, content_index) IN (SELECT item_id, content_index FROM encounter_event WHERE encounter_id = @encounter AND seq > @after AND seq <= @upto AND type = 'item') AND last_seq <= @upto ORDER BY last_seq";

    /// <summary>Commits one utterance and then publishes it. The same item again changes nothing and answers with what is stored.</summary>
    public async Task<StoredTurn> AppendAsync(string encounterId, NewTurn turn, CancellationToken cancellationToken) =>
        (await AppendAllAsync(encounterId, [turn], cancellationToken))[0];

    /// <summary>Commits all or none, then publishes. Refuses with session_not_found and encounter_ended.</summary>
    public async Task<IReadOnlyList<StoredTurn>> AppendAllAsync(string encounterId, IReadOnlyList<NewTurn> turns, CancellationToken cancellationToken)
    {
        var outcome = await CommitAsync(encounterId, turns, cancellationToken);
        switch (outcome.Status)
        {
            case AppendStatus.UnknownEncounter: throw new ApiErrorException(TranscriptErrors.SessionNotFound);
            case AppendStatus.EncounterEnded: throw new ApiErrorException(TranscriptErrors.EncounterEnded);
        }

        foreach (var turn in outcome.Turns)
        {
            if (turn.IsNew)
            {
                TranscriptMetrics.Committed(turn.Role, turn.Source);
                Publish(encounterId, turn);
            }
            else TranscriptMetrics.Dropped(turn.Role);
        }

        return outcome.Turns;
    }

    /// <summary>Shows words that are still being spoken, or a failure; nothing is stored.</summary>
    public void Show(LiveEvent passing)
    {
        ArgumentNullException.ThrowIfNull(passing);
        feed.Publish(passing);
        if (passing.Payload is TranscriptEntry entry) TranscriptMetrics.Broadcasted(entry.Role);
    }

    /// <summary>All finished turns in the order of the conversation.</summary>
    public async Task<IReadOnlyList<StoredTurn>> ReadAsync(string encounterId, CancellationToken cancellationToken) =>
        [.. (await ReadItemsAsync(encounterId, cancellationToken)).Where(item => item.IsFinished)];

    /// <summary>All items, whatever their state, in the order of the conversation.</summary>
    public async Task<IReadOnlyList<StoredTurn>> ReadItemsAsync(string encounterId, CancellationToken cancellationToken)
    {
        var items = await database.ReadAsync(
            (connection, token) => TurnRow.ListAsync(connection.Statement(null, TurnRow.Select, ("@encounter", encounterId)), token),
            cancellationToken);
        return TurnOrder.Arrange(items);
    }

    public Task<StoredTurn?> FindAsync(string encounterId, string itemId, CancellationToken cancellationToken) =>
        database.ReadAsync((connection, token) => TurnRow.FindAsync(connection, null, encounterId, itemId, 0, token), cancellationToken);

    /// <summary>The items that changed after a sequence number and up to another, in the order of their last change.</summary>
    public async Task<IReadOnlyList<StoredTurn>> ReadChangesAsync(string encounterId, long after, long upTo, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            (connection, token) => TurnRow.ListAsync(
                connection.Statement(null, TurnRow.Select + ChangedBetween, ("@encounter", encounterId), ("@after", after), ("@upto", upTo)),
                token),
            cancellationToken);

    /// <summary>How many items still wait for their words.</summary>
    public async Task<int> CountOutstandingAsync(string encounterId, CancellationToken cancellationToken)
    {
        var oldest = clock.GetUtcNow() - s_hope;
        return (await ReadItemsAsync(encounterId, cancellationToken)).Count(item => item.IsOutstanding && item.CreatedAt >= oldest);
    }

    private async Task<AppendOutcome> CommitAsync(string encounterId, IReadOnlyList<NewTurn> turns, CancellationToken cancellationToken)
    {
        using var span = ServerTraces.Begin("database append_turns", ActivityKind.Client);
        span?.SetTag("db.system.name", database.Dialect == Dialect.Sqlite ? "sqlite" : "postgresql").SetTag("db.operation.batch.size", turns.Count);
        try
        {
            var outcome = await database.WriteAsync(
                encounterId,
                (connection, transaction, token) => journal.AppendAsync(connection, transaction, encounterId, turns, token),
                cancellationToken);
            span?.SetTag("emrsim.outcome", outcome.Status.ToString());
            return outcome;
        }
        catch (Exception failure) when (Note(span, failure))
        {
            throw;
        }
    }

    private static bool Note(Activity? span, Exception failure)
    {
        span?.SetTag("error.type", (failure as ApiErrorException)?.Error.Code ?? failure.GetType().Name).SetStatus(ActivityStatusCode.Error);
        return false;
    }

    private void Publish(string encounterId, StoredTurn turn)
    {
        feed.Publish(LiveEvent.Of(encounterId, turn));
        if (!turn.IsOutstanding) TranscriptMetrics.Broadcasted(turn.Role);
    }
}
