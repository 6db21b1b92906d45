namespace EmrSim.SessionStore.Database;

/// <summary>
/// Which keys a table that other instances write to as well may hold: those that were found there, and those that this instance has
/// written since. A key too many costs a look; none is missed.
/// </summary>
internal sealed class HeldKeys
{
    private const int MostAskedFor = 1_000;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _underWay = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _written = new(StringComparer.Ordinal);
    private readonly HashSet<string> _askedFor = new(StringComparer.Ordinal);
    // Null as long as any key may be there: until it was looked at, another instance may have left something.
    private HashSet<string>? _found;
    private volatile bool _any = true;
    private long _events;
    private long _lookedAt = -1;
    private long _lookEnded = -1;

    /// <summary>Whether there may be anything.</summary>
    public bool Any => _any;

    public bool MayContain(string key)
    {
        if (!_any) return false;
        lock (_lock)
        {
            if (_found is null) return true;
            if (!_found.Contains(key) && !_written.ContainsKey(key)) return false;
            if (_askedFor.Count < MostAskedFor) _askedFor.Add(key);
            return true;
        }
    }

    /// <summary>Some of the keys there that were asked about, each once for each time.</summary>
    public string[] TakeAskedFor(int most)
    {
        lock (_lock)
        {
            if (_askedFor.Count == 0) return [];
            var some = _askedFor.Take(most).ToArray();
            _askedFor.ExceptWith(some);
            return some;
        }
    }

    public void WriteBegins(string key)
    {
        lock (_lock)
        {
            _written[key] = ++_events;
            _underWay[key] = _underWay.GetValueOrDefault(key) + 1;
            _any = true;
        }
    }

    /// <summary>Another instance's, that a look has not found yet.</summary>
    public void Found(string key)
    {
        lock (_lock)
        {
            if (_found is null || _found.Contains(key)) return;
            _written[key] = ++_events;
            _any = true;
        }
    }

    /// <summary>Another instance may have left anything: it could not be looked.</summary>
    public void NotLooked()
    {
        lock (_lock)
        {
            _found = null;
            _any = true;
        }
    }

    public void WriteEnded(string key)
    {
        lock (_lock)
        {
            if (--_underWay[key] == 0) _underWay.Remove(key);
        }
    }

    /// <returns>The moment from which on the look, or the removal, may have been too early to see what is written.</returns>
    public long LookBegins()
    {
        lock (_lock)
        {
            var moment = _events++;
            foreach (var key in _underWay.Keys) _written[key] = _events;
            return moment;
        }
    }

    /// <param name="moment">When the look began.</param>
    /// <param name="found">All that it found; null for too many to know them.</param>
    public void Looked(long moment, HashSet<string>? found)
    {
        lock (_lock)
        {
            // A look that took longer than a later one knows nothing new.
            if (moment < _lookedAt) return;
            (_lookedAt, _lookEnded, _found) = (moment, ++_events, found);
            foreach (var key in _written.Where(written => written.Value <= moment).Select(static written => written.Key).ToArray()) _written.Remove(key);
            _any = found is not { Count: 0 } || _written.Count > 0;
        }
    }

    /// <param name="moment">When the removal of these keys from the table began.</param>
    /// <param name="gone">The keys that were removed.</param>
    public void Removed(long moment, IReadOnlyCollection<string> gone)
    {
        lock (_lock)
        {
            foreach (var key in gone)
            {
                // A look that ended later may have found what was written after the removal.
                if (_lookEnded <= moment) _found?.Remove(key);
                if (_written.GetValueOrDefault(key) <= moment) _written.Remove(key);
            }
        }
    }
}
