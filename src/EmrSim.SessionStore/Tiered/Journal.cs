using System.Buffers;

namespace EmrSim.SessionStore.Tiered;

/// <summary>
/// This instance's own newest writes that are still alive, to fill a server that came back without them. Bounded; buffers are
/// rented, because a copy per write must not cost garbage per write.
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
            if (_entries.TryGetValue(key, out var old))
            {
                if (old.Envelope.Stamp > envelope.Stamp) return;
                Forget_NeedsLock(key, old);
            }

            var buffer = length == 0 ? [] : ArrayPool<byte>.Shared.Rent(length);
            envelope.Value.Span.CopyTo(buffer);
            _entries[key] = new(envelope with { Value = buffer.AsMemory(0, length) }, buffer);
            _bytes += length;
            _ends.Enqueue(key, envelope.ExpiresAtMs);
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
                .Where(pair => pair.Value.Envelope.ExpiresAtMs > now)
                .Select(pair => new HeldEntry(pair.Key, pair.Value.Envelope with { Value = pair.Value.Envelope.Value.ToArray() }))];
        }
    }

    private void Trim_NeedsLock(long now)
    {
        while (_ends.TryPeek(out var key, out var end) && (end <= now || _entries.Count > mostEntries || _bytes > mostBytes))
        {
            _ends.Dequeue();
            if (!_entries.TryGetValue(key, out var kept) || kept.Envelope.ExpiresAtMs != end) continue;
            Forget_NeedsLock(key, kept);
            if (end > now) StoreMetrics.Dropped.Add(1, new KeyValuePair<string, object?>("tier", "journal"));
        }

        if (_ends.Count <= (2 * _entries.Count) + 1024) return;
        _ends.Clear();
        _ends.EnqueueRange(_entries.Select(static pair => (pair.Key, pair.Value.Envelope.ExpiresAtMs)));
    }

    private void Forget_NeedsLock(string key, Kept kept)
    {
        _entries.Remove(key);
        _bytes -= kept.Envelope.Value.Length;
        if (kept.Buffer.Length > 0) ArrayPool<byte>.Shared.Return(kept.Buffer);
    }

    private readonly record struct Kept(Envelope Envelope, byte[] Buffer);
}
