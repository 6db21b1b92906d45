using System.Collections.Concurrent;
using EmrSim.SessionStore.Tiered;

namespace EmrSim.SessionStore.Memcached;

/// <summary>
/// A mark on each server that tells whether it still has its data: a memcached that restarts is empty. What this instance knows
/// to be alive is written again before the server is used.
/// </summary>
internal sealed class MemcachedMark(MemcachedTier tier, Journal journal, OutageReport report, StampClock clock)
{
    private const string Key = "emrsim:fleet";
    private const int FilledAtOnce = 64;
    private readonly ConcurrentDictionary<string, Stamp> _known = new(StringComparer.Ordinal);

    /// <returns>Whether the server had its data.</returns>
    public async Task<bool> CheckAsync(MemcachedNode node, MemcachedConnection connection, CancellationToken cancellationToken)
    {
        var end = clock.NowMs + (long)KeyRule.LongestLife.TotalMilliseconds;
        var (found, _) = await tier.ReadAsync(connection, Key).ConfigureAwait(false);
        if (found is null)
        {
            await tier.SetAsync(connection, Key, new(EntryKind.Value, clock.Next(), end, "mark"u8.ToArray())).ConfigureAwait(false);
            (found, _) = await tier.ReadAsync(connection, Key).ConfigureAwait(false);
        }

        if (found is not { } mark) throw new TierUnavailableException("does not keep what it is given");
        var isSame = !_known.TryGetValue(node.Name, out var known) || known == mark.Stamp;
        if (!isSame) await FillAsync(node, connection, cancellationToken).ConfigureAwait(false);
        _known[node.Name] = mark.Stamp;
        return isSame;
    }

    private async Task FillAsync(MemcachedNode node, MemcachedConnection connection, CancellationToken cancellationToken)
    {
        var written = 0;
        foreach (var some in journal.Alive().Where(held => tier.IsOn(node, held.Key)).Chunk(FilledAtOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var writes = await Task.WhenAll(some.Select(held => IsWrittenAsync(connection, held))).ConfigureAwait(false);
            written += writes.Count(static isWritten => isWritten);
        }

        report.Reseeded(written);
    }

    // What the server does not take it did not take before: the next tier has it. The others must not go without for its sake.
    private async Task<bool> IsWrittenAsync(MemcachedConnection connection, HeldEntry held)
    {
        try
        {
            return (await tier.SetAsync(connection, held.Key, held.Envelope).ConfigureAwait(false)).Written;
        }
        catch (Exception refused) when (refused is EntryRefusedException or MemcachedRefusedException or TierContendedException)
        {
            return false;
        }
    }
}
