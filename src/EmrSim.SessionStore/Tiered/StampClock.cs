namespace EmrSim.SessionStore.Tiered;

/// <summary>Gives stamps that only grow, and that are newer than every stamp seen from others (hybrid logical clock).</summary>
internal sealed class StampClock(TimeProvider time, uint instance)
{
    /// <summary>A clock this far ahead of ours is broken; following it would carry its error through the fleet.</summary>
    private const long MostAheadMs = 60_000;

    private readonly Lock _lock = new();
    private long _lastMs;
    private uint _counter;

    public long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    public Stamp Next()
    {
        var now = NowMs;
        lock (_lock)
        {
            if (now > _lastMs)
            {
                _lastMs = now;
                _counter = 0;
            }
            else if (++_counter == 0)
            {
                _lastMs++;
            }

            return new(_lastMs, _counter, instance);
        }
    }

    /// <summary>A stamp newer than <paramref name="seen"/>, also when that came from a clock too far ahead to be followed.</summary>
    public Stamp After(Stamp seen)
    {
        Observe(seen);
        var next = Next();
        return next > seen ? next : new Stamp(seen.UnixMs, seen.Counter + 1, instance);
    }

    public void Observe(Stamp seen)
    {
        if (seen.Instance == instance || seen.UnixMs < Volatile.Read(ref _lastMs) || seen.UnixMs > NowMs + MostAheadMs) return;
        lock (_lock)
        {
            if (seen.UnixMs < _lastMs) return;
            if (seen.UnixMs == _lastMs) _counter = Math.Max(_counter, seen.Counter);
            else (_lastMs, _counter) = (seen.UnixMs, seen.Counter);
        }
    }
}
