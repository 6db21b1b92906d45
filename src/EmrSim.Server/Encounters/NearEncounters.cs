using System.Collections.Concurrent;
using EmrSim.Server.Live;
using EmrSim.Server.Storage;
using EmrSim.SessionStore.Feed;

namespace EmrSim.Server.Encounters;

/// <summary>
/// Encounters as they stood at most a second ago, for whoever asks many times a second and decides nothing that is stored. A change
/// here, or one that another instance rings for, is seen at once; one that nobody hears of, within that second.
/// </summary>
public sealed class NearEncounters
{
    /// <summary>No answer is older than this, whatever becomes of the bell.</summary>
    public static readonly TimeSpan Oldest = TimeSpan.FromSeconds(1);

    private const int Most = 10_000;
    private readonly ConcurrentDictionary<string, (Encounter Encounter, long AskedAt)> _near = new(StringComparer.Ordinal);
    private readonly EncounterRegister _encounters;
    private readonly TimeProvider _clock;
    private readonly bool _pays;
    private long _changes;

    public NearEncounters(AppDatabase database, EncounterRegister encounters, LiveFeed feed, FleetBell bell, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(feed);
        ArgumentNullException.ThrowIfNull(bell);
        (_encounters, _clock) = (encounters, clock);
        // A read of SQLite takes some ten microseconds.
        _pays = database.Dialect == Dialect.Postgres;
        feed.EncounterChanged += Forget;
        bell.Missed += ForgetAll;
    }

    /// <summary>As <see cref="EncounterRegister.FindAsync"/>, but up to a second old.</summary>
    public async ValueTask<Encounter?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (!_pays) return await _encounters.FindAsync(id, cancellationToken);
        if (_near.TryGetValue(id, out var near) && _clock.GetElapsedTime(near.AskedAt) < Oldest) return near.Encounter;
        // What changes while it is read may or may not be in the answer.
        var (changes, asked) = (Interlocked.Read(ref _changes), _clock.GetTimestamp());
        if (await _encounters.FindAsync(id, cancellationToken) is not { } encounter) return null;
        if (_near.Count >= Most) _near.Clear();
        _near[id] = (encounter, asked);
        // Asked after it is noted: a change that came before is seen here, and one that comes now finds the note and removes it.
        if (Interlocked.Read(ref _changes) != changes) _near.TryRemove(id, out _);
        return encounter;
    }

    private void Forget(string id)
    {
        Interlocked.Increment(ref _changes);
        _near.TryRemove(id, out _);
    }

    private void ForgetAll()
    {
        Interlocked.Increment(ref _changes);
        _near.Clear();
    }
}
