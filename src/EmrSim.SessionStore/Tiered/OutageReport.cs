using Microsoft.Extensions.Logging;

namespace EmrSim.SessionStore.Tiered;

/// <summary>Follows one outage of the first tier from its first failure to the last entry moved back, and sums it up in a line.</summary>
internal sealed partial class OutageReport(TimeProvider time, ILogger log)
{
    private readonly Lock _lock = new();
    private TierSlot? _first;
    private long _began;
    private string _cause = "";
    private string _used = "";
    private long _served;
    private TimeSpan _slowest;
    private int _merged;
    private int _superseded;
    private int _reseeded;

    public bool IsOpen => Volatile.Read(ref _first) is not null;

    /// <summary>The tier that all others stand in for.</summary>
    public TierSlot? Primary { get; set; }

    public void Opened(TierSlot slot, string cause)
    {
        LogOpened(slot.Tier.Name, cause);
        StoreMetrics.BreakerChanges.Add(1, new("tier", slot.Tier.Name), new("state", "open"));
        if (slot != Primary) return;
        lock (_lock)
        {
            if (_first is not null) return;
            (_first, _began, _cause, _used) = (slot, time.GetTimestamp(), cause, "");
            (_served, _slowest, _merged, _superseded, _reseeded) = (0, TimeSpan.Zero, 0, 0, 0);
        }
    }

    public void Closed(TierSlot slot)
    {
        LogClosed(slot.Tier.Name);
        StoreMetrics.BreakerChanges.Add(1, new("tier", slot.Tier.Name), new("state", "closed"));
    }

    public void Served(TierSlot slot, TimeSpan elapsed)
    {
        if (!IsOpen || slot == Primary) return;
        lock (_lock)
        {
            _served++;
            if (elapsed > _slowest) _slowest = elapsed;
            if (!_used.Contains(slot.Tier.Name, StringComparison.Ordinal)) _used += (_used.Length == 0 ? "" : ", ") + slot.Tier.Name;
        }
    }

    public void Moved(bool stands)
    {
        StoreMetrics.Promoted.Add(1, new KeyValuePair<string, object?>("outcome", stands ? "merged" : "superseded"));
        lock (_lock)
        {
            if (stands) _merged++;
            else _superseded++;
        }
    }

    public void Reseeded(int entries)
    {
        StoreMetrics.Reseeded.Add(entries);
        lock (_lock) _reseeded += entries;
        LogReseeded(entries);
    }

    /// <summary>The first tier serves again and nothing is left below.</summary>
    public void Over()
    {
        lock (_lock)
        {
            if (_first is null) return;
            _first = null;
            LogOver(
                Primary?.Tier.Name ?? "",
                time.GetElapsedTime(_began).TotalSeconds,
                _cause,
                _used.Length == 0 ? "nothing" : _used,
                _served,
                _merged,
                _superseded,
                _reseeded,
                _slowest.TotalMilliseconds);
        }
    }

    [LoggerMessage(111, LogLevel.Warning, "Session store degraded: {Tier} is left ({Cause})")]
    private partial void LogOpened(string tier, string cause);

    [LoggerMessage(112, LogLevel.Information, "Session store: {Tier} serves again")]
    private partial void LogClosed(string tier);

    [LoggerMessage(113, LogLevel.Warning, "Session store: the server came back without its data; {Entries} entries were written again")]
    private partial void LogReseeded(int entries);

    [LoggerMessage(114, LogLevel.Information, "Session store: outage of {Tier} over after {Seconds:F1} s; cause {Cause}; used {Used}; operations {Served}; merged {Merged}, superseded {Superseded}, written again {Reseeded}; slowest {SlowestMs:F0} ms")]
    private partial void LogOver(string tier, double seconds, string cause, string used, long served, int merged, int superseded, int reseeded, double slowestMs);
}
