namespace EmrSim.SessionStore.Tiered;

internal enum BreakerState
{
    Closed,
    Open,
    HalfOpen,
}

/// <summary>
/// Decides whether a tier is used. Opens on failures in a row, on a share of failures, on silence, on slowness and on a lost role; closes
/// after probes in a row, never by a request.
/// </summary>
internal sealed class Breaker(TimeProvider time, BreakerOptions options, Random random, bool opensWhenSlow = true, TimeSpan? openAtMost = null)
{
    private const int SlotMs = 500;
    private const int Slots = 6;
    private readonly Lock _lock = new();
    private readonly Slot[] _slots = new Slot[Slots];
    private int _failuresInRow;
    private int _probesInRow;
    private int _openings;
    private long _probeDue;
    private volatile BreakerState _state;

    public BreakerState State => _state;

    public bool Allows => _state == BreakerState.Closed;

    public string? Cause { get; private set; }

    /// <summary>Whether a probe that took this long would only let it open again.</summary>
    public bool IsTooSlow(TimeSpan probe) => opensWhenSlow && probe > options.SlowAfter;

    public bool IsProbeDue => _state != BreakerState.Closed && time.GetTimestamp() >= Volatile.Read(ref _probeDue);

    public void Succeeded(TimeSpan elapsed)
    {
        lock (_lock)
        {
            if (_state != BreakerState.Closed) return;
            _failuresInRow = 0;
            ref var slot = ref Current_NeedsLock();
            slot.Calls++;
            if (!opensWhenSlow || elapsed <= options.SlowAfter) return;
            slot.Slow++;
            var (calls, _, slow) = Sum_NeedsLock(Slots);
            if (calls >= options.LeastCallsForSlowness && slow > calls * options.SlowShare) Open_NeedsLock("slow");
        }
    }

    /// <summary>True when this failure opened it.</summary>
    /// <param name="cause">What is told.</param>
    /// <param name="isSilent">Nothing at all came back while this was waited for: the next request need not find that out again.</param>
    public bool Failed(string cause, bool isSilent = false)
    {
        lock (_lock)
        {
            if (_state != BreakerState.Closed) return false;
            ref var slot = ref Current_NeedsLock();
            slot.Calls++;
            slot.Failures++;
            var (calls, failures, _) = Sum_NeedsLock(2000 / SlotMs);
            var isMost = calls >= options.LeastCalls && failures >= calls * options.FailureShare;
            if (++_failuresInRow < options.FailuresInRow && !isMost && !isSilent) return false;
            Open_NeedsLock(cause);
            return true;
        }
    }

    /// <summary>Opens at once: the connection or the role is known to be lost. True when it was closed.</summary>
    public bool Trip(string cause)
    {
        lock (_lock)
        {
            if (_state != BreakerState.Closed) return false;
            Open_NeedsLock(cause);
            return true;
        }
    }

    /// <summary>Not used before its first probes are through.</summary>
    public void BeginOpen()
    {
        _state = BreakerState.Open;
        Cause = "starting";
        ProbeNow();
    }

    /// <summary>Does not wait for the next probe's time: something has changed for the better.</summary>
    public void ProbeNow() => Volatile.Write(ref _probeDue, time.GetTimestamp());

    /// <summary>True when this probe closed it.</summary>
    public bool ProbeSucceeded()
    {
        lock (_lock)
        {
            if (_state == BreakerState.Closed) return false;
            _state = BreakerState.HalfOpen;
            if (++_probesInRow < options.ProbesToClose) return false;
            _state = BreakerState.Closed;
            _failuresInRow = _openings = 0;
            Array.Clear(_slots);
            return true;
        }
    }

    public void ProbeFailed()
    {
        lock (_lock)
        {
            if (_state == BreakerState.Closed) return;
            Open_NeedsLock(Cause ?? "probe");
        }
    }

    private void Open_NeedsLock(string cause)
    {
        if (_state == BreakerState.Closed) Cause = cause;
        _state = BreakerState.Open;
        _probesInRow = 0;
        var rest = Math.Min(options.OpenFor.TotalMilliseconds * Math.Pow(2, Math.Min(_openings++, 10)), (openAtMost ?? options.OpenAtMost).TotalMilliseconds);
        rest *= 0.7 + (0.6 * random.NextDouble());
        Volatile.Write(ref _probeDue, time.GetTimestamp() + (long)(rest / 1000 * time.TimestampFrequency));
    }

    private ref Slot Current_NeedsLock()
    {
        var number = NumberNow();
        ref var slot = ref _slots[number % Slots];
        if (slot.Number != number) slot = new Slot { Number = number };
        return ref slot;
    }

    private (int Calls, int Failures, int Slow) Sum_NeedsLock(int newest)
    {
        var number = NumberNow();
        int calls = 0, failures = 0, slow = 0;
        foreach (ref readonly var slot in _slots.AsSpan())
        {
            if (slot.Number <= number - newest) continue;
            calls += slot.Calls;
            failures += slot.Failures;
            slow += slot.Slow;
        }

        return (calls, failures, slow);
    }

    // From one on, so that an unused slot (zero) never counts as a current one.
    private long NumberNow() => Slots + (long)(time.GetElapsedTime(0).TotalMilliseconds / SlotMs);

    private struct Slot
    {
        public long Number;
        public int Calls;
        public int Failures;
        public int Slow;
    }
}
