namespace EmrSim.Server.Limits;

/// <summary>
/// What the store let pass at this instance in the windows that are open. A store may begin a window anew: one that came back empty, or the
/// database below a server that only this instance has lost, from which the others move its counters away every two seconds.
/// </summary>
internal sealed class OwnCounts(TimeProvider clock)
{
    private const int Most = 50_000;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (long Count, DateTimeOffset Ends)> _counts = new(StringComparer.Ordinal);

    /// <summary>One more, in the window that is open or else in one that ends then.</summary>
    public (long Count, DateTimeOffset Ends) Add(string key, DateTimeOffset ends)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            if (_counts.TryGetValue(key, out var open) && open.Ends > now) return _counts[key] = (open.Count + 1, open.Ends);
            if (_counts.Count >= Most) MakeRoom(now);
            return _counts[key] = (1, ends);
        }
    }

    // Whoever comes from so many addresses within one window is counted by the store alone.
    private void MakeRoom(DateTimeOffset now)
    {
        foreach (var (key, (_, ends)) in _counts)
        {
            if (ends <= now) _counts.Remove(key);
        }

        if (_counts.Count >= Most) _counts.Clear();
    }
}
