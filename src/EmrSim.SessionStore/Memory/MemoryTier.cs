using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using EmrSim.SessionStore.Tiered;

namespace EmrSim.SessionStore.Memory;

/// <summary>
/// Entries in this process, bounded in number and bytes. A queue by end of life finds what has expired, and what goes first
/// when the bound is reached, without looking at the rest.
/// </summary>
internal sealed class MemoryTier : IFallbackTier
{
    private const int EntryOverhead = 160;
    private static readonly TimeSpan s_sweepEvery = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Place> _entries = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, long> _ends = new();
    private readonly TimeProvider _time;
    private readonly int _mostEntries;
    private readonly long _mostBytes;
    private readonly bool _keepTombstones;
    private readonly ITimer _sweep;
    private long _bytes;
    private long _expired;

    // Without another tier nothing can come late that a tombstone would have to stop.
    public MemoryTier(TimeProvider time, int mostEntries, long mostBytes, bool keepTombstones)
    {
        _time = time;
        _mostEntries = mostEntries;
        _mostBytes = mostBytes;
        _keepTombstones = keepTombstones;
        _sweep = time.CreateTimer(static tier => ((MemoryTier)tier!).Sweep(), this, s_sweepEvery, s_sweepEvery);
    }

    public string Name => "memory";

    public bool MayHoldAny => Volatile.Read(ref _bytes) > 0;

    public bool IsShared => false;

    public long Expired => Volatile.Read(ref _expired);

    public int Held
    {
        get
        {
            lock (_lock) return _entries.Count;
        }
    }

    // To look costs no more than to know.
    public bool MayHold(string key) => MayHoldAny;

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    public ValueTask<Envelope?> GetAsync(string key, CancellationToken cancellationToken)
    {
        lock (_lock) return new(Find_NeedsLock(key, NowMs) is { Kind: not EntryKind.Counter } found ? found : null);
    }

    public ValueTask<TierWrite> SetAsync(string key, Envelope envelope, CancellationToken cancellationToken)
    {
        // The caller may use its buffer again.
        var kept = envelope with { Value = envelope.Value.ToArray() };
        lock (_lock)
        {
            ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, key, out var exists);
            if (exists && place.Envelope.Stamp > kept.Stamp && place.Envelope.Kind != EntryKind.Counter && place.Envelope.ExpiresAtMs > NowMs)
                return new(new TierWrite(false, place.Envelope.Stamp));
            Put_NeedsLock(ref place, exists, key, kept);
            return new(TierWrite.Done);
        }
    }

    public ValueTask<TierWrite> AddAsync(string key, Envelope envelope, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (Find_NeedsLock(key, NowMs) is { } found)
            {
                if (found.Kind != EntryKind.Tombstone) return new(TierWrite.Refused);
                if (found.Stamp > envelope.Stamp) return new(new TierWrite(false, found.Stamp));
            }

            Put_NeedsLock(key, envelope);
            return new(TierWrite.Done);
        }
    }

    public ValueTask<TierWrite> ReplaceAsync(string key, Envelope envelope, Stamp expected, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (Find_NeedsLock(key, NowMs) is not { Kind: EntryKind.Value } found || found.Stamp != expected) return new(TierWrite.Refused);
            Put_NeedsLock(key, envelope);
            return new(TierWrite.Done);
        }
    }

    public ValueTask<StoreCounter> IncrementAsync(string key, long by, long expiresAtMs, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var found = Find_NeedsLock(key, NowMs);
            if (found is { Kind: EntryKind.Value }) throw new InvalidOperationException("The key holds a value, not a counter.");
            // Each increment moves the stamp, so that only the newest state of a counter can be forgotten.
            var counter = found is { Kind: EntryKind.Counter } running
                ? Envelope.Counter(running.ReadCounter() + by, running.Stamp with { Counter = running.Stamp.Counter + 1 }, running.ExpiresAtMs)
                : Envelope.Counter(by, new Stamp(NowMs, 0, 0), expiresAtMs);
            Put_NeedsLock(key, counter);
            return new(new StoreCounter(counter.ReadCounter(), counter.ExpiresAt));
        }
    }

    public ValueTask<TierRemoval> RemoveAsync(string key, Envelope tombstone, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var found = Find_NeedsLock(key, NowMs);
            if (found is { Kind: not EntryKind.Counter } standing && standing.Stamp > tombstone.Stamp) return new(new TierRemoval(standing.Kind == EntryKind.Value, standing.Stamp));
            if (_keepTombstones) Put_NeedsLock(key, tombstone);
            else Drop_NeedsLock(key);
            return new(new TierRemoval(found is { Kind: not EntryKind.Tombstone }));
        }
    }

    public ValueTask<TimeSpan> ProbeAsync(CancellationToken cancellationToken) => new(TimeSpan.Zero);

    public ValueTask RefreshAsync(bool byKey, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public async IAsyncEnumerable<IReadOnlyList<HeldEntry>> PagesAsync(int size, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var now = NowMs;
        HeldEntry[] held;
        lock (_lock) held = [.. _entries.Where(pair => pair.Value.Envelope.ExpiresAtMs > now).Select(static pair => new HeldEntry(pair.Key, pair.Value.Envelope))];
        foreach (var page in held.Chunk(size))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return await ValueTask.FromResult(page).ConfigureAwait(false);
        }
    }

    public ValueTask<IReadOnlyCollection<string>> ForgetAsync(IReadOnlyList<HeldEntry> entries, CancellationToken cancellationToken)
    {
        var forgotten = new List<string>(entries.Count);
        lock (_lock)
        {
            foreach (var entry in entries)
            {
                if (!_entries.TryGetValue(entry.Key, out var found) || found.Envelope.Stamp != entry.Envelope.Stamp) continue;
                Drop_NeedsLock(entry.Key);
                forgotten.Add(entry.Key);
            }
        }

        return new(forgotten);
    }

    public ValueTask<bool> DiscardAsync(string key, Stamp newest, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (Find_NeedsLock(key, NowMs) is not { } found || (found.Kind != EntryKind.Counter && found.Stamp > newest)) return new(false);
            Drop_NeedsLock(key);
            return new(found.Kind != EntryKind.Tombstone);
        }
    }

    public ValueTask DisposeAsync() => _sweep.DisposeAsync();

    private static long Weight(string key, in Envelope envelope) => EntryOverhead + (2L * key.Length) + envelope.Value.Length;

    private Envelope? Find_NeedsLock(string key, long now)
    {
        if (!_entries.TryGetValue(key, out var found)) return null;
        if (found.Envelope.ExpiresAtMs > now) return found.Envelope;
        _expired++;
        Drop_NeedsLock(key);
        return null;
    }

    private void Put_NeedsLock(string key, in Envelope envelope)
    {
        var kept = envelope with { Value = envelope.Value.ToArray() };
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, key, out var exists);
        Put_NeedsLock(ref place, exists, key, kept);
    }

    private void Put_NeedsLock(ref Place place, bool exists, string key, in Envelope kept)
    {
        _bytes += Weight(key, kept) - (exists ? Weight(key, place.Envelope) : 0);
        // An entry that now lives longer keeps its place in the queue, and gets its new one when its turn comes.
        var queued = exists && place.QueuedEnd <= kept.ExpiresAtMs ? place.QueuedEnd : kept.ExpiresAtMs;
        if (!exists || queued != place.QueuedEnd) _ends.Enqueue(key, queued);
        place = new(kept, queued);
        if (_ends.Count > (2 * _entries.Count) + 1024) RebuildEnds_NeedsLock();
        while (_entries.Count > _mostEntries || _bytes > _mostBytes)
        {
            if (!DropSoonest_NeedsLock()) break;
        }
    }

    private void Drop_NeedsLock(string key)
    {
        if (_entries.Remove(key, out var gone)) _bytes -= Weight(key, gone.Envelope);
    }

    private bool DropSoonest_NeedsLock()
    {
        while (TakeSoonest_NeedsLock(long.MaxValue) is { } key)
        {
            Drop_NeedsLock(key);
            StoreMetrics.Dropped.Add(1, new KeyValuePair<string, object?>("tier", Name));
            return true;
        }

        return false;
    }

    /// <summary>The entry that ends first, if it ends by then; its place in the queue is taken.</summary>
    private string? TakeSoonest_NeedsLock(long by)
    {
        while (_ends.TryPeek(out var key, out var end) && end <= by)
        {
            _ends.Dequeue();
            ref var place = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, key);
            if (Unsafe.IsNullRef(ref place) || place.QueuedEnd != end) continue;
            if (place.Envelope.ExpiresAtMs == end) return key;
            place = place with { QueuedEnd = place.Envelope.ExpiresAtMs };
            _ends.Enqueue(key, place.QueuedEnd);
        }

        return null;
    }

    // An entry that was removed leaves its place in the queue behind.
    private void RebuildEnds_NeedsLock()
    {
        _ends.Clear();
        foreach (var key in _entries.Keys)
        {
            ref var place = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, key);
            place = place with { QueuedEnd = place.Envelope.ExpiresAtMs };
            _ends.Enqueue(key, place.QueuedEnd);
        }
    }

    private void Sweep()
    {
        var now = NowMs;
        lock (_lock)
        {
            while (TakeSoonest_NeedsLock(now) is { } key)
            {
                _expired++;
                Drop_NeedsLock(key);
            }
        }
    }

    private readonly record struct Place(Envelope Envelope, long QueuedEnd);
}
