namespace EmrSim.SessionStore.Database;

/// <summary>
/// Which keys a table that other instances write to as well may hold: those that were found there, and those that this instance has
/// written since. Kept as hashes: a key may be taken for another one, which costs a look, but none is missed.
/// </summary>
internal sealed class HeldKeys
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, int> _underWay = [];
    private readonly Dictionary<int, long> _written = [];
    // Null as long as any key may be there: until it was looked at, another instance may have left something.
    private HashSet<int>? _found;
    private volatile bool _any = true;
    private long _events;
    private long _lookedAt = -1;

    /// <summary>Whether there may be anything.</summary>
    public bool Any => _any;

    public static int Hash(string key) => key.GetHashCode(StringComparison.Ordinal);

    public bool MayContain(string key)
    {
        if (!_any) return false;
        var hash = Hash(key);
        lock (_lock) return _found?.Contains(hash) != false || _written.ContainsKey(hash);
    }

    public void WriteBegins(string key)
    {
        var hash = Hash(key);
        lock (_lock)
        {
            _written[hash] = ++_events;
            _underWay[hash] = _underWay.GetValueOrDefault(hash) + 1;
            _any = true;
        }
    }

    public void WriteEnded(string key)
    {
        var hash = Hash(key);
        lock (_lock)
        {
            if (--_underWay[hash] == 0) _underWay.Remove(hash);
        }
    }

    /// <returns>The moment from which on the look may have been too early to see what is written.</returns>
    public long LookBegins()
    {
        lock (_lock)
        {
            var moment = _events++;
            foreach (var hash in _underWay.Keys) _written[hash] = _events;
            return moment;
        }
    }

    /// <param name="moment">When the look began.</param>
    /// <param name="found">The hashes of all that it found; null for too many to know them.</param>
    public void Looked(long moment, HashSet<int>? found)
    {
        lock (_lock)
        {
            // A look that took longer than a later one knows nothing new.
            if (moment < _lookedAt) return;
            (_lookedAt, _found) = (moment, found);
            foreach (var (hash, _) in _written.Where(written => written.Value <= moment).ToArray()) _written.Remove(hash);
            _any = found is not { Count: 0 } || _written.Count > 0;
        }
    }
}
