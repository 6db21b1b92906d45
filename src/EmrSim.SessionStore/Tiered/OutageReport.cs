using Microsoft.Extensions.Logging;

namespace EmrSim.SessionStore.Tiered;

/// <summary>What became of an entry that was to be moved up.</summary>
internal enum Promotion
{
    Merged,
    Superseded,

    /// <summary>Another instance was quicker, or the entry had changed meanwhile.</summary>
    Elsewhere,
}

/// <summary>Follows one outage of the first tier from its first failure to the last entry moved back, and sums it up in a line.</summary>
internal sealed partial class OutageReport(TimeProvider time, ILogger log)
{
    private readonly Lock _lock = new();
    private readonly HashSet<TierSlot> _left = [];
    private readonly HashSet<(TierSlot Slot, string Cause)> _told = [];
    private TierSlot? _first;
    private long _began;
    private DateTimeOffset _beganAt;
    private string _cause = "";
    private string _used = "";
    private int _read;
    private int _written;
    private TimeSpan _slowest;
    private int _merged;
    private int _superseded;
    private int _reseeded;
    private long _expiredBefore;

    public bool IsOpen => Volatile.Read(ref _first) is not null;

    /// <summary>The tier that all others stand in for.</summary>
    public TierSlot? Primary { get; set; }

    /// <summary>How many entries have expired in the lower tiers since the start.</summary>
    public Func<long> Expired { get; set; } = static () => 0;

    /// <summary>Called after a tier was left or taken up again, on a thread of its own.</summary>
    public Action? Changed { get; set; }

    public void Opened(TierSlot slot, string cause)
    {
        lock (_lock)
        {
            if (!_left.Add(slot)) return;
            _told.Add((slot, cause));
            if (slot == Primary && _first is null)
            {
                (_began, _beganAt, _cause, _used) = (time.GetTimestamp(), time.GetUtcNow(), cause, "");
                (_read, _written, _slowest, _merged, _superseded, _reseeded, _expiredBefore) = (0, 0, TimeSpan.Zero, 0, 0, 0, Expired());
                Volatile.Write(ref _first, slot);
            }
        }

        LogOpened(slot.Tier.Name, cause);
        Tell(slot, "open", 1);
    }

    /// <summary>Tells a reason that was not told yet in this outage.</summary>
    public void StillAway(TierSlot slot, string cause)
    {
        lock (_lock)
        {
            if (!_left.Contains(slot) || !_told.Add((slot, cause))) return;
        }

        LogStillAway(slot.Tier.Name, cause);
    }

    public void Closed(TierSlot slot)
    {
        lock (_lock)
        {
            if (!_left.Remove(slot)) return;
            _told.RemoveWhere(told => told.Slot == slot);
        }

        LogClosed(slot.Tier.Name);
        Tell(slot, "closed", -1);
    }

    public void Served(TierSlot slot, string operation, TimeSpan elapsed)
    {
        if (!IsOpen || slot == Primary) return;
        lock (_lock)
        {
            if (operation == TieredStore.Get) _read++;
            else _written++;
            if (elapsed > _slowest) _slowest = elapsed;
            if (!_used.Contains(slot.Tier.Name, StringComparison.Ordinal)) _used += (_used.Length == 0 ? "" : ", ") + slot.Tier.Name;
        }
    }

    public void Moved(Promotion promotion)
    {
        if (promotion == Promotion.Elsewhere) return;
        StoreMetrics.Promoted.Add(1, new KeyValuePair<string, object?>("outcome", promotion == Promotion.Merged ? "merged" : "superseded"));
        lock (_lock)
        {
            if (promotion == Promotion.Merged) _merged++;
            else _superseded++;
        }
    }

    public void Reseeded(int entries)
    {
        if (entries == 0) return;
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
            Volatile.Write(ref _first, null);
            StoreMetrics.Outages.Add(1, new KeyValuePair<string, object?>("tier", Primary?.Tier.Name));
            LogOver(
                Primary?.Tier.Name ?? "",
                time.GetElapsedTime(_began).TotalSeconds,
                _beganAt,
                _cause,
                _used.Length == 0 ? "nothing" : _used,
                _written,
                _read,
                _merged,
                _superseded,
                Expired() - _expiredBefore,
                _reseeded,
                _slowest.TotalMilliseconds);
        }
    }

    private void Tell(TierSlot slot, string state, int open)
    {
        StoreMetrics.BreakerChanges.Add(1, new("tier", slot.Tier.Name), new("state", state));
        StoreMetrics.BreakersOpen.Add(open, new KeyValuePair<string, object?>("tier", slot.Tier.Name));
        if (Changed is { } changed) _ = Task.Run(changed);
    }

    [LoggerMessage(111, LogLevel.Warning, "Session store degraded: {Tier} is left ({Cause})")]
    private partial void LogOpened(string tier, string cause);

    [LoggerMessage(115, LogLevel.Warning, "Session store: {Tier} does not serve yet: {Cause}")]
    private partial void LogStillAway(string tier, string cause);

    [LoggerMessage(112, LogLevel.Information, "Session store: {Tier} serves again")]
    private partial void LogClosed(string tier);

    [LoggerMessage(113, LogLevel.Warning, "Session store: the server came back without its data; {Entries} entries were written again")]
    private partial void LogReseeded(int entries);

    [LoggerMessage(114, LogLevel.Information, "Session store: outage of {Tier} over after {Seconds:F1} s; began {Began:O}; cause {Cause}; used {Used}; written {Written}, read {Read}; merged {Merged}, superseded {Superseded}, expired {Expired}, written again {Reseeded}; longest wait {LongestMs:F0} ms")]
    private partial void LogOver(string tier, double seconds, DateTimeOffset began, string cause, string used, int written, int read, int merged, int superseded, long expired, int reseeded, double longestMs);
}
