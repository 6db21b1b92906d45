namespace EmrSim.SessionStore.Feed;

/// <summary>Whether a line is believed: only while one's own beats come back on every lane of it.</summary>
internal sealed class EchoWatch(IBellLine line, TimeProvider time)
{
    private const int Remembered = 256;
    private readonly Lock _lock = new();
    private readonly long[] _sentAt = new long[Remembered];
    private readonly long[] _echoed = new long[FleetBell.MostLanes];
    private long _beats;
    private long _countsFrom;
    private long _beatSent;
    private long _mended;

    public IBellLine Line => line;

    public bool IsBelieved { get; private set; }

    public DateTimeOffset Since { get; private set; } = time.GetUtcNow();

    public TimeSpan LastEcho { get; private set; }

    public bool IsBeatDue(bool anxious) => _beatSent == 0 || time.GetElapsedTime(_beatSent) >= (anxious || !IsBelieved ? line.Beat.Anxious : line.Beat.Calm);

    /// <summary>The number of the next beat.</summary>
    public long NextBeat()
    {
        lock (_lock)
        {
            _beatSent = time.GetTimestamp();
            _sentAt[++_beats % Remembered] = _beatSent;
            return _beats;
        }
    }

    /// <summary>The next beat is sent at once.</summary>
    public void Hurry() => _beatSent = 0;

    /// <summary>An own beat has come back. True when the line is believed from now on.</summary>
    public bool Echo(int lane, long beat)
    {
        lock (_lock)
        {
            // From before the doubt began, or so late that it proves nothing.
            if (beat <= _countsFrom || _beats - beat >= Remembered) return false;
            var now = time.GetTimestamp();
            LastEcho = time.GetElapsedTime(_sentAt[beat % Remembered], now);
            BellMetrics.Echo.Record(LastEcho.TotalSeconds, new KeyValuePair<string, object?>("line", line.Name));
            if (LastEcho > line.EchoWithin) return false;
            _echoed[lane] = now;
            if (IsBelieved) return false;
            for (var other = 0; other < line.Lanes; other++)
            {
                if (_echoed[other] == 0) return false;
            }

            Turn_NeedsLock(true);
            return true;
        }
    }

    /// <summary>True when the line was believed until now and is not any more.</summary>
    public bool Doubt()
    {
        lock (_lock)
        {
            Array.Clear(_echoed);
            _countsFrom = _beats;
            if (!IsBelieved) return false;
            Turn_NeedsLock(false);
            return true;
        }
    }

    /// <summary>Whether an echo has been missing for too long.</summary>
    public bool IsOverdue()
    {
        lock (_lock)
        {
            if (!IsBelieved) return false;
            for (var lane = 0; lane < line.Lanes; lane++)
            {
                if (time.GetElapsedTime(_echoed[lane]) > line.EchoWithin) return true;
            }

            return false;
        }
    }

    /// <summary>Begins the line anew when doubt has lasted for long, and again after as long.</summary>
    public void MendWhenLongInDoubt(TimeSpan patience)
    {
        if (IsBelieved || time.GetUtcNow() - Since < patience || (_mended != 0 && time.GetElapsedTime(_mended) < patience)) return;
        _mended = time.GetTimestamp();
        line.Mend();
    }

    private void Turn_NeedsLock(bool believed)
    {
        IsBelieved = believed;
        Since = time.GetUtcNow();
        _mended = 0;
    }
}
