namespace EmrSim.SessionStore.Tiered;

/// <summary>
/// Gives stamps that only grow, and that are newer than every stamp seen from others (hybrid logical clock). It keeps the lead of
/// the fastest clock it has seen, so that the fleet's stamps stay in step between two looks too.
/// </summary>
internal sealed class StampClock(TimeProvider time, uint instance)
{
    /// <summary>A clock this far ahead of ours is broken; following it would carry its error through the fleet.</summary>
    public const long MostAheadMs = 60_000;

    // A counter begins at the tenth of a microsecond, so that of two writes in one millisecond, on sides that can't see each other, the later one wins.
    private const uint CountsPerTick = uint.MaxValue / (uint)TimeSpan.TicksPerMillisecond;
    private readonly Lock _lock = new();
    private long _lastMs;
    private long _leadMs;
    private uint _counter;

    public long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    public Stamp Next()
    {
        var now = time.GetUtcNow();
        var (ms, counter) = (now.ToUnixTimeMilliseconds(), (uint)(now.Ticks % TimeSpan.TicksPerMillisecond) * CountsPerTick);
        lock (_lock)
        {
            if ((ms + _leadMs, counter).CompareTo((_lastMs, _counter)) > 0)
            {
                (_lastMs, _counter) = (ms + _leadMs, counter);
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
        if (next > seen) return next;
        return seen.Counter == uint.MaxValue ? new(seen.UnixMs + 1, 0, instance) : new(seen.UnixMs, seen.Counter + 1, instance);
    }

    public void Observe(Stamp seen)
    {
        if (seen.Instance == instance || seen.UnixMs < Volatile.Read(ref _lastMs)) return;
        var ahead = seen.UnixMs - NowMs;
        if (ahead > MostAheadMs) return;
        lock (_lock)
        {
            if (ahead > _leadMs) _leadMs = ahead;
            if (seen.UnixMs < _lastMs) return;
            if (seen.UnixMs == _lastMs) _counter = Math.Max(_counter, seen.Counter);
            else (_lastMs, _counter) = (seen.UnixMs, seen.Counter);
        }
    }

    /// <summary>The fastest clock of the fleet is this far ahead of ours.</summary>
    public void Follow(long leadMs)
    {
        lock (_lock) _leadMs = Math.Max(_leadMs, leadMs <= MostAheadMs ? leadMs : 0);
    }
}
