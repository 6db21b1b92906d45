using System.Diagnostics;
using System.Runtime.CompilerServices;
using EmrSim.SessionStore.Tiered;

namespace EmrSim.SessionStore.Faults;

/// <summary>A tier that fails when its <see cref="StoreFaults"/> say so.</summary>
internal class FaultyTier(IStoreTier tier, StoreFaults faults, TimeProvider time) : IStoreTier, IManyAtOnce
{
    public string Name => tier.Name;

    public async ValueTask<Envelope?> GetAsync(string key, CancellationToken cancellationToken)
    {
        await StrikeAsync(cancellationToken).ConfigureAwait(false);
        return await tier.GetAsync(key, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<TierWrite> SetAsync(string key, Envelope envelope, CancellationToken cancellationToken)
    {
        await StrikeAsync(cancellationToken).ConfigureAwait(false);
        return await tier.SetAsync(key, envelope, cancellationToken).ConfigureAwait(false);
    }

    public bool TakesMany => tier is IManyAtOnce { TakesMany: true };

    public async ValueTask<bool[]> SetManyAsync(IReadOnlyList<HeldEntry> entries, CancellationToken cancellationToken)
    {
        await StrikeAsync(cancellationToken).ConfigureAwait(false);
        return await ((IManyAtOnce)tier).SetManyAsync(entries, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<TierWrite> AddAsync(string key, Envelope envelope, CancellationToken cancellationToken)
    {
        await StrikeAsync(cancellationToken).ConfigureAwait(false);
        return await tier.AddAsync(key, envelope, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<TierWrite> ReplaceAsync(string key, Envelope envelope, Stamp expected, CancellationToken cancellationToken)
    {
        await StrikeAsync(cancellationToken).ConfigureAwait(false);
        return await tier.ReplaceAsync(key, envelope, expected, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<StoreCounter> IncrementAsync(string key, long by, long expiresAtMs, CancellationToken cancellationToken)
    {
        await StrikeAsync(cancellationToken).ConfigureAwait(false);
        return await tier.IncrementAsync(key, by, expiresAtMs, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<TierRemoval> RemoveAsync(string key, Envelope tombstone, CancellationToken cancellationToken)
    {
        await StrikeAsync(cancellationToken).ConfigureAwait(false);
        return await tier.RemoveAsync(key, tombstone, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<TimeSpan> ProbeAsync(CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        await StrikeAsync(cancellationToken).ConfigureAwait(false);
        var struck = Stopwatch.GetElapsedTime(start);
        return struck + await tier.ProbeAsync(cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => tier.DisposeAsync();

    protected ValueTask StrikeAsync(CancellationToken cancellationToken) => faults.StrikeAsync(tier.Name, time, cancellationToken);
}

/// <summary>The same for a tier that stands in for a higher one.</summary>
internal sealed class FaultyFallbackTier(IFallbackTier tier, StoreFaults faults, TimeProvider time) : FaultyTier(tier, faults, time), IFallbackTier
{
    public bool MayHoldAny => tier.MayHoldAny;

    public int Held => tier.Held;

    public long Expired => tier.Expired;

    public bool IsShared => tier.IsShared;

    public bool MayHold(string key) => tier.MayHold(key);

    public async ValueTask RefreshAsync(bool byKey, CancellationToken cancellationToken)
    {
        await StrikeAsync(cancellationToken).ConfigureAwait(false);
        await tier.RefreshAsync(byKey, cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<IReadOnlyList<HeldEntry>> PagesAsync(int size, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await StrikeAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var page in tier.PagesAsync(size, cancellationToken).ConfigureAwait(false))
        {
            yield return page;
            await StrikeAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask<IReadOnlyCollection<string>> ForgetAsync(IReadOnlyList<HeldEntry> entries, CancellationToken cancellationToken)
    {
        await StrikeAsync(cancellationToken).ConfigureAwait(false);
        return await tier.ForgetAsync(entries, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<bool> DiscardAsync(string key, Stamp newest, CancellationToken cancellationToken)
    {
        await StrikeAsync(cancellationToken).ConfigureAwait(false);
        return await tier.DiscardAsync(key, newest, cancellationToken).ConfigureAwait(false);
    }
}
