using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace EmrSim.SessionStore.Tiered;

/// <summary>
/// This instance's own newest writes that are still alive, to fill a server that came back without them. Bounded; buffers are
/// rented and kept, because a copy per write must not cost garbage per write.
/// </summary>
internal sealed class Journal(TimeProvider time, int mostEntries, long mostBytes)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Kept> _entries = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, long> _ends = new();
    private long _bytes;

    public void Note(string key, in Envelope envelope)
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
            kept = new(envelope.Kind, envelope.Stamp, envelope.ExpiresAtMs, queued, buffer, length);
            Trim_NeedsLock(time.GetUtcNow().ToUnixTimeMilliseconds());
        }
    }

    /// <summary>What is still alive, copied.</summary>
    public IReadOnlyList<HeldEntry> Alive()
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        lock (_lock)
        {
            return [.. _entries
                .Where(pair => pair.Value.ExpiresAtMs > now)
                .Select(static pair => new HeldEntry(pair.Key, new(pair.Value.Kind, pair.Value.Stamp, pair.Value.ExpiresAtMs, pair.Value.Buffer.AsSpan(0, pair.Value.Length).ToArray())))];
        }
    }

    private void Trim_NeedsLock(long now)
    {
        while (_ends.TryPeek(out var key, out var end) && (end <= now || _entries.Count > mostEntries || _bytes > mostBytes))
        {
            _ends.Dequeue();
            ref var kept = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, key);
            if (Unsafe.IsNullRef(ref kept) || kept.QueuedEnd != end) continue;
            if (kept.ExpiresAtMs != end)
            {
                kept = kept with { QueuedEnd = kept.ExpiresAtMs };
                _ends.Enqueue(key, kept.QueuedEnd);
                continue;
            }

            _bytes -= kept.Length;
            if (kept.Buffer.Length > 0) ArrayPool<byte>.Shared.Return(kept.Buffer);
            _entries.Remove(key);
            if (end > now) StoreMetrics.Dropped.Add(1, new KeyValuePair<string, object?>("tier", "journal"));
        }
    }

    private readonly record struct Kept(EntryKind Kind, Stamp Stamp, long ExpiresAtMs, long QueuedEnd, byte[] Buffer, int Length);
}
