using System.Collections.Concurrent;
using EmrSim.Contracts;
using EmrSim.Server.Live;
using EmrSim.Server.Storage;
using EmrSim.Server.Transcripts;

namespace EmrSim.Server.Encounters;

/// <summary>
/// Ends an encounter without losing its last words: Active → Ending (late words still come) → Draining (what is outstanding is waited
/// for) → Final. Each step is one conditional change in the database, so any number of requests and instances may do it at once.
/// </summary>
public sealed class EncounterEnd(AppDatabase database, EncounterRegister encounters, EncounterLog log, TurnJournal journal, TranscriptLog transcripts, LiveFeed feed, TimeProvider clock)
{
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<string, Lazy<Task<Completeness?>>> _running = new(StringComparer.Ordinal);

    /// <summary>What the transcript holds once it is final; null when there is no such encounter. Goes on when the caller has gone.</summary>
    public async Task<Completeness?> EndAsync(string id, CancellationToken cancellationToken)
    {
        if (await encounters.FindAsync(id, cancellationToken) is not { } encounter) return null;
        if (encounter.IsOver) return encounter.Completeness;
        return await _running.GetOrAdd(id, key => new(() => FinishAsync(key))).Value.WaitAsync(cancellationToken);
    }

    /// <summary>Closes an encounter that nobody has touched since then, if that is still so.</summary>
    internal async Task<bool> AbandonAsync(string id, long version, long lastSeq, CancellationToken cancellationToken) =>
        await CloseAsync(id, encounter => encounter.State == EncounterState.Active && encounter.Version == version && encounter.LastSeq == lastSeq, EncounterState.Abandoned, cancellationToken) is { State: EncounterState.Abandoned };

    private async Task<Completeness?> FinishAsync(string id)
    {
        try
        {
            var encounter = await encounters.ChangeAsync(
                id,
                found => found.State == EncounterState.Active ? found with { State = EncounterState.Ending, EndedAt = clock.GetUtcNow() } : null,
                CancellationToken.None);
            while (encounter is { IsOver: false }) encounter = await StepAsync(encounter);
            return encounter?.Completeness;
        }
        finally
        {
            _running.TryRemove(id, out _);
        }
    }

    private async Task<Encounter?> StepAsync(Encounter encounter)
    {
        var elapsed = clock.GetUtcNow() - encounter.EndedAt!.Value;
        if (encounter.State == EncounterState.Ending)
        {
            if (elapsed < s_grace) await Task.Delay(s_grace - elapsed, clock);
            return await encounters.ChangeAsync(encounter.Id, found => found.State == EncounterState.Ending ? found with { State = EncounterState.Draining } : null, CancellationToken.None);
        }

        if (elapsed < s_patience && await transcripts.CountOutstandingAsync(encounter.Id, CancellationToken.None) > 0)
        {
            await Task.Delay(s_glance, clock);
            return await encounters.FindAsync(encounter.Id, CancellationToken.None);
        }

        return await CloseAsync(encounter.Id, found => found.State == EncounterState.Draining, EncounterState.Final, CancellationToken.None);
    }

    private async Task<Encounter?> CloseAsync(string id, Func<Encounter, bool> isDue, EncounterState end, CancellationToken cancellationToken)
    {
        var (encounter, closed) = await database.WriteAsync(
            id,
            async (connection, transaction, token) =>
            {
                if (await log.LockAsync(connection, transaction, id, token) is not { } found) return (null, false);
                if (!isDue(found)) return (found, false);
                var (record, lastSeq) = await journal.CloseAsync(connection, transaction, found, end, token);
                var over = found with { State = end, EndedAt = found.EndedAt ?? clock.GetUtcNow(), LastSeq = lastSeq, Completeness = record };
                return ((Encounter?)await encounters.StoreAsync(connection, transaction, over, token), true);
            },
            cancellationToken);
        if (!closed) return encounter;
        EncounterMetrics.Finished(end);
        feed.Publish(LiveEvent.Of(encounter!));
        return encounter;
    }
}
