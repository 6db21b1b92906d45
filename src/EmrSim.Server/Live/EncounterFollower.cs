using System.Runtime.CompilerServices;
using EmrSim.Server.Encounters;
using EmrSim.Server.Transcripts;

namespace EmrSim.Server.Live;

/// <summary>
/// Follows an encounter from a place in its log: listens first, then reads what was before, drops what is not newer, and reads the log
/// again wherever the numbers leave a gap. So whoever follows misses no word and hears none twice.
/// </summary>
public sealed class EncounterFollower(LiveFeed feed, EncounterRegister encounters, TranscriptLog transcripts)
{
    public async IAsyncEnumerable<LiveEvent> FollowAsync(string encounterId, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var listener = feed.Listen(encounterId);
        if (await encounters.FindAsync(encounterId, cancellationToken) is not { } followed) yield break;
        var (place, missed) = await ReadSinceAsync(followed, new(after, 0), cancellationToken);
        foreach (var change in missed) yield return change;

        await foreach (var told in listener.Events.ReadAllAsync(cancellationToken))
        {
            var isBehind = listener.TakeBehind();
            if (isBehind || told.Seq < 0 || told.Seq > place.Seq + 1)
            {
                LiveMetrics.CaughtUp(isBehind ? "slow" : told.Seq < 0 ? "called" : "gap");
                (place, missed) = await CatchUpAsync(encounterId, place, cancellationToken);
                foreach (var change in missed) yield return change;
            }

            if (told.Seq == place.Seq + 1) place = place with { Seq = told.Seq };
            else if (told.Seq != 0) continue;
            if (told.Payload is not null) yield return told;
        }
    }

    private async Task<(Place Place, IReadOnlyList<LiveEvent> Missed)> CatchUpAsync(string encounterId, Place place, CancellationToken cancellationToken) =>
        await encounters.FindAsync(encounterId, cancellationToken) is { } encounter ? await ReadSinceAsync(encounter, place, cancellationToken) : (place, []);

    private async Task<(Place Place, IReadOnlyList<LiveEvent> Missed)> ReadSinceAsync(Encounter encounter, Place place, CancellationToken cancellationToken)
    {
        var missed = new List<LiveEvent>();
        if (encounter.LastSeq > place.Seq)
        {
            foreach (var turn in await transcripts.ReadChangesAsync(encounter.Id, place.Seq, encounter.LastSeq, cancellationToken))
            {
                var told = LiveEvent.Of(encounter.Id, turn);
                if (told.Payload is not null) missed.Add(told);
            }
        }

        if (encounter.Version != place.Version) missed.Add(LiveEvent.Of(encounter));
        return (new(encounter.LastSeq, encounter.Version), missed);
    }

    private readonly record struct Place(long Seq, long Version);
}
