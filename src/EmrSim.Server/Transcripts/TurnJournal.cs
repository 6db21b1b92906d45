using System.Data.Common;
using System.Security.Cryptography;
using System.Text.Json;
using System.Buffers.Text;
using EmrSim.Contracts;
using EmrSim.Server.Encounters;
using EmrSim.Server.Storage;

namespace EmrSim.Server.Transcripts;

public enum AppendStatus
{
    Stored,
    UnknownEncounter,
    EncounterEnded,
}

/// <param name="Turns">One for each given, in the same order; empty when nothing was stored.</param>
public sealed record AppendOutcome(AppendStatus Status, IReadOnlyList<StoredTurn> Turns);

/// <summary>Events and the items folded from them, within a transaction.</summary>
public sealed class TurnJournal(EncounterLog log, TimeProvider clock)
{
    public async Task<AppendOutcome> AppendAsync(DbConnection connection, DbTransaction transaction, string encounterId, IReadOnlyList<NewTurn> turns, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(turns);
        var reserved = await log.ReserveAsync(connection, transaction, encounterId, turns.Count, cancellationToken);
        var seq = reserved ?? 0;
        if (reserved is null)
        {
            if (await log.LockAsync(connection, transaction, encounterId, cancellationToken) is not { } encounter) return new(AppendStatus.UnknownEncounter, []);
            foreach (var turn in turns)
            {
                var known = await TurnRow.FindAsync(connection, transaction, encounterId, ItemId(encounterId, turn), turn.ContentIndex, cancellationToken);
                if (!Accepts(encounter, known, turn)) return new(AppendStatus.EncounterEnded, []);
            }

            seq = encounter.LastSeq;
        }

        var stored = new StoredTurn[turns.Count];
        for (var i = 0; i < turns.Count; i++)
        {
            stored[i] = await ApplyAsync(connection, transaction, encounterId, turns[i], seq + 1, cancellationToken);
            if (stored[i].IsNew) seq++;
        }

        if (seq != reserved + turns.Count) await log.AdvanceAsync(connection, transaction, encounterId, seq, cancellationToken);
        return new(AppendStatus.Stored, stored);
    }

    /// <summary>Gives up what is still outstanding and counts what there is; only with the row locked.</summary>
    public async Task<(Completeness Record, long LastSeq)> CloseAsync(DbConnection connection, DbTransaction transaction, Encounter encounter, EncounterState end, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(encounter);
        var items = await TurnRow.ListAsync(connection.Statement(transaction, TurnRow.Select, ("@encounter", encounter.Id)), cancellationToken);
        var seq = encounter.LastSeq;
        for (var i = 0; i < items.Count; i++)
        {
            if (!items[i].IsOutstanding) continue;
            var given = new NewTurn(items[i].ItemId, items[i].Role, "", items[i].Channel, "server", State: TurnState.Abandoned, ContentIndex: items[i].ContentIndex);
            items[i] = await ApplyAsync(connection, transaction, encounter.Id, given, ++seq, cancellationToken);
        }

        int Count(string state) => items.Count(item => item.State == state);
        return (new(
            EncounterStates.Name(end),
            items.Count,
            Count(TurnState.Final),
            Count(TurnState.Failed),
            Count(TurnState.Interrupted),
            Count(TurnState.Abandoned),
            items.Count(item => item.Source == "witness")), seq);
    }

    private static string ItemId(string encounterId, NewTurn turn) =>
        TurnIdentity.OfGiven(turn.ItemId)
        ?? TurnIdentity.OfPosted(encounterId, turn.Role, turn.Channel, turn.StartedAtMs ?? turn.FinalizedAtMs ?? turn.EmittedAtMs, turn.Text);

    // While an encounter ends, words that were spoken before still come; what the student would only now begin does not.
    private bool Accepts(Encounter encounter, StoredTurn? known, NewTurn turn)
    {
        if (!encounter.IsOver) return known is not null || turn.Source != "text";
        return known is not null && TurnFold.Apply(known, turn, known.ItemId, known.Id, 0, clock.GetUtcNow()) is null;
    }

    private async Task<StoredTurn> ApplyAsync(DbConnection connection, DbTransaction transaction, string encounterId, NewTurn turn, long seq, CancellationToken cancellationToken)
    {
        var itemId = ItemId(encounterId, turn);
        var now = clock.GetUtcNow();
        var changed = TurnFold.Apply(null, turn, itemId, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(12)), seq, now)!;

        // Nearly every item is new, so it is not looked for first.
        if (!await TurnRow.TryInsertAsync(connection, transaction, encounterId, changed, cancellationToken))
        {
            var known = (await TurnRow.FindAsync(connection, transaction, encounterId, itemId, turn.ContentIndex, cancellationToken))!;
            if (TurnFold.Apply(known, turn, itemId, known.Id, seq, now) is not { } grown) return known;
            await TurnRow.UpdateAsync(connection, transaction, encounterId, grown, cancellationToken);
            changed = grown;
        }

        await log.WriteAsync(connection, transaction, encounterId, new(seq, "item", turn.Source, itemId, turn.ContentIndex, JsonSerializer.Serialize(turn, RecordJson.Default.NewTurn)), cancellationToken);
        return changed;
    }
}
