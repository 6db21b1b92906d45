using System.Collections.Concurrent;
using EmrSim.SessionStore.Tiered;

namespace EmrSim.SessionStore.Faults;

/// <summary>Makes tiers fail, hang or answer late on demand. Names are those of <see cref="TierStatus"/>.</summary>
public sealed class StoreFaults
{
    private readonly ConcurrentDictionary<string, Fault> _faults = new(StringComparer.Ordinal);

    /// <summary>Each operation of the tier fails at once.</summary>
    public void Fail(string tier) => _faults[tier] = new(Kind.Fail, TimeSpan.Zero);

    /// <summary>Each operation of the tier waits until its time budget is over, and fails; a write may still be done, as on a stopped server.</summary>
    public void Hang(string tier, TimeSpan budget) => _faults[tier] = new(Kind.Hang, budget);

    /// <summary>Each operation of the tier is done, this much later.</summary>
    public void Delay(string tier, TimeSpan delay) => _faults[tier] = new(Kind.Delay, delay);

    /// <summary>The tier works again.</summary>
    public void Heal(string tier) => _faults.TryRemove(tier, out _);

    internal IStoreTier Wrap(IStoreTier tier, TimeProvider time) =>
        tier is IFallbackTier fallback ? new FaultyFallbackTier(fallback, this, time) : new FaultyTier(tier, this, time);

    internal async ValueTask StrikeAsync(string tier, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!_faults.TryGetValue(tier, out var fault)) return;
        if (fault.Kind != Kind.Fail) await Task.Delay(fault.Wait, time, cancellationToken).ConfigureAwait(false);
        if (fault.Kind == Kind.Hang) throw new TimeoutException("Fault on demand.");
        if (fault.Kind == Kind.Fail) throw new IOException("Fault on demand.");
    }

    private enum Kind
    {
        Fail,
        Hang,
        Delay,
    }

    private sealed record Fault(Kind Kind, TimeSpan Wait);
}
