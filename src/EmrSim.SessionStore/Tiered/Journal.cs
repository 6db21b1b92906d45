using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EmrSim.SessionStore.Tiered;

/// <summary>
/// This instance's own newest writes that are still alive, to fill a server that came back without them. What replaced something
/// that would have lived longer is kept, without its value, until that would have ended: another instance's journal may still hold
/// it. Bounded; buffers are rented and kept, because a copy per write must not cost garbage per write.
/// </summary>
internal sealed class Journal(TimeProvider time, int mostEntries, long mostBytes)
{
    private const int SpareEnds = 1024;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Kept> _entries = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, long> _ends = new();
    private long _bytes;

    /// <summary>How many places the queue of ends has, the ones that were left behind too.</summary>
    public int Ends
    {
        get
        {
            lock (_lock) return _ends.Count;
        }
    }

    /// <param name="key">The key.</param>
    /// <param name="envelope">What was written.</param>
    /// <param name="oldEndMs">When what it replaced would have ended.</param>
    public void Note(string key, in Envelope envelope, long oldEndMs = 0)
    {
        var length = envelope.Value.Length;
        if (length > mostBytes) return;
        lock (_lock)
        {
            ref var kept = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, key, out var exists);
            if (exists && kept.Stamp > envelope.Stamp) return;
            var buffer = exists ? kept.Buffer : [];
            if (buffer.Length < length || buffer.Length > 4 * (length + 64))
            {
                if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
                buffer = length == 0 ? [] : ArrayPool<byte>.Shared.Rent(length);
            }

            envelope.Value.Span.CopyTo(buffer);
            _bytes += length - (exists ? kept.Length : 0);
            // What now lives longer keeps its place in the queue, and gets its new one when its turn comes.
            var queued = exists && kept.QueuedEnd <= envelope.ExpiresAtMs ? kept.QueuedEnd : envelope.ExpiresAtMs;
            if (!exists || queued != kept.QueuedEnd) _ends.Enqueue(key, queued);
            var last = Math.Max(Math.Max(envelope.ExpiresAtMs, oldEndMs), exists ? kept.LastEndMs : 0);
            kept = new(envelope.Kind, envelope.Stamp, envelope.ExpiresAtMs, last, queued, buffer, length);
            Trim_NeedsLock(time.GetUtcNow().ToUnixTimeMilliseconds());
            if (_ends.Count > (2 * _entries.Count) + SpareEnds) RebuildEnds_NeedsLock();
        }
    }

    /// <summary>What is still alive or keeps something older from coming back, copied.</summary>
    public IReadOnlyList<HeldEntry> Alive()
    {
        lock (_lock)
        {
            Trim_NeedsLock(time.GetUtcNow().ToUnixTimeMilliseconds());
            return [.. _entries.Select(static pair => new HeldEntry(pair.Key, new(pair.Value.Kind, pair.Value.Stamp, pair.Value.ExpiresAtMs, pair.Value.Buffer.AsSpan(0, pair.Value.Length).ToArray())))];
        }
    }

    private void Trim_NeedsLock(long now)
    {
        while (_ends.TryPeek(out var key, out var end) && (end <= now || _entries.Count > mostEntries || _bytes > mostBytes))
        {
            _ends.Dequeue();
            ref var kept = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, key);
            if (Unsafe.IsNullRef(ref kept) || kept.QueuedEnd != end) continue;
            if (kept.ExpiresAtMs == end)
            {
                _bytes -= kept.Length;
                if (kept.Buffer.Length > 0) ArrayPool<byte>.Shared.Return(kept.Buffer);
                if (end > now || kept.LastEndMs <= now)
                {
                    _entries.Remove(key);
                    if (end > now) StoreMetrics.Dropped.Add(1, new KeyValuePair<string, object?>("tier", "journal"));
                    continue;
                }

                kept = new(EntryKind.Tombstone, kept.Stamp, kept.LastEndMs, kept.LastEndMs, end, [], 0);
            }

            kept = kept with { QueuedEnd = kept.ExpiresAtMs };
            _ends.Enqueue(key, kept.QueuedEnd);
        }
    }

    // What now ends sooner leaves its place in the queue behind.
    private void RebuildEnds_NeedsLock()
    {
        _ends.Clear();
        foreach (var key in _entries.Keys)
        {
            ref var kept = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, key);
            kept = kept with { QueuedEnd = kept.ExpiresAtMs };
            _ends.Enqueue(key, kept.QueuedEnd);
        }
    }

    private readonly record struct Kept(EntryKind Kind, Stamp Stamp, long ExpiresAtMs, long LastEndMs, long QueuedEnd, byte[] Buffer, int Length);
}
