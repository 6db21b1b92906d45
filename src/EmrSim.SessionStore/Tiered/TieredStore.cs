using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace EmrSim.SessionStore.Tiered;

/// <summary>
/// Serves each operation from the highest tier that can, falling through to the next within the same request. Lower tiers hold
/// only what was written while a higher one was away; until they are empty, reads ask them too and the newest stamp wins.
/// </summary>
internal sealed class TieredStore(IReadOnlyList<TierSlot> slots, StampClock clock, Journal? journal) : ISessionStore
{
    /// <summary>Longer than any write can be under way and than any promotion takes.</summary>
    private static readonly TimeSpan s_tombstoneLife = TimeSpan.FromMinutes(15);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<StoreEntry?> GetAsync(string key, CancellationToken cancellationToken = default)
    {
        KeyRule.Check(key);
        Envelope? newest = null;
        var answered = false;
        for (var i = 0; i < slots.Count; i++)
        {
            var slot = slots[i];
            if (!slot.Breaker.Allows || (answered && !MayKnowBetter(slot, newest))) continue;
            var start = Stopwatch.GetTimestamp();
            try
            {
                var found = await slot.Tier.GetAsync(key, cancellationToken).ConfigureAwait(false);
                slot.Succeeded(start);
                answered = true;
                if (found is { } other && (newest is not { } best || other.Stamp > best.Stamp)) newest = other;
            }
            catch (Exception problem) when (slot.Failed(problem, cancellationToken))
            {
            }
        }

        if (!answered) throw Unavailable(nameof(GetAsync));
        if (newest is not { } entry) return null;
        clock.Observe(entry.Stamp);
        return entry.Kind == EntryKind.Value ? new StoreEntry(entry.Value, entry.Stamp, entry.ExpiresAt) : null;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Stamp> SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan timeToLive, CancellationToken cancellationToken = default)
    {
        KeyRule.Check(key, value.Length, timeToLive);
        var envelope = Seal(value, timeToLive, clock.Next());
        for (var i = 0; i < slots.Count; i++)
        {
            var slot = slots[i];
            if (!slot.Breaker.Allows) continue;
            var start = Stopwatch.GetTimestamp();
            try
            {
                var write = await slot.Tier.SetAsync(key, envelope, cancellationToken).ConfigureAwait(false);
                // This write comes after the one it found there, so its stamp must too, however wrong the other's clock is.
                while (write.Newer is { } newer)
                {
                    envelope = envelope with { Stamp = clock.After(newer) };
                    write = await slot.Tier.SetAsync(key, envelope, cancellationToken).ConfigureAwait(false);
                }

                slot.Succeeded(start);
                journal?.Note(key, envelope);
                return envelope.Stamp;
            }
            catch (Exception problem) when (slot.Failed(problem, cancellationToken))
            {
            }
        }

        throw Unavailable(nameof(SetAsync));
    }

    public ValueTask<Stamp?> AddAsync(string key, ReadOnlyMemory<byte> value, TimeSpan timeToLive, CancellationToken cancellationToken = default)
    {
        KeyRule.Check(key, value.Length, timeToLive);
        return DecideAsync(nameof(AddAsync), key, pullsUp: true, async (tier, ct) =>
        {
            var envelope = Seal(value, timeToLive, clock.Next());
            var write = await tier.AddAsync(key, envelope, ct).ConfigureAwait(false);
            while (write.Newer is { } newer)
            {
                envelope = envelope with { Stamp = clock.After(newer) };
                write = await tier.AddAsync(key, envelope, ct).ConfigureAwait(false);
            }

            return Noted(key, envelope, write);
        }, cancellationToken);
    }

    public ValueTask<Stamp?> ReplaceAsync(string key, ReadOnlyMemory<byte> value, TimeSpan timeToLive, Stamp expected, CancellationToken cancellationToken = default)
    {
        KeyRule.Check(key, value.Length, timeToLive);
        return DecideAsync(nameof(ReplaceAsync), key, pullsUp: true, async (tier, ct) =>
        {
            var envelope = Seal(value, timeToLive, clock.After(expected));
            return Noted(key, envelope, await tier.ReplaceAsync(key, envelope, expected, ct).ConfigureAwait(false));
        }, cancellationToken);
    }

    public ValueTask<StoreCounter> IncrementAsync(string key, long by, TimeSpan timeToLive, CancellationToken cancellationToken = default)
    {
        KeyRule.Check(key, 0, timeToLive);
        var expires = clock.NowMs + (long)timeToLive.TotalMilliseconds;
        return DecideAsync(nameof(IncrementAsync), key, pullsUp: false, (tier, ct) => tier.IncrementAsync(key, by, expires, ct), cancellationToken);
    }

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        KeyRule.Check(key);
        return DecideAsync(nameof(RemoveAsync), key, pullsUp: true, async (tier, ct) =>
        {
            var tombstone = new Envelope(EntryKind.Tombstone, clock.Next(), clock.NowMs + (long)s_tombstoneLife.TotalMilliseconds, default);
            var removal = await tier.RemoveAsync(key, tombstone, ct).ConfigureAwait(false);
            var wasAlive = removal.WasAlive;
            while (removal.Newer is { } newer)
            {
                tombstone = tombstone with { Stamp = clock.After(newer) };
                removal = await tier.RemoveAsync(key, tombstone, ct).ConfigureAwait(false);
            }

            journal?.Note(key, tombstone);
            return wasAlive;
        }, cancellationToken);
    }

    /// <summary>
    /// Moves one entry up into <paramref name="to"/>: false when <paramref name="to"/> holds a newer one. What is below is
    /// forgotten only if it is still the same.
    /// </summary>
    public async ValueTask<bool> MoveAsync(IFallbackTier from, IStoreTier to, HeldEntry held, CancellationToken cancellationToken)
    {
        if (held.Envelope.Kind == EntryKind.Counter)
        {
            // Forgotten first: counting once too little is better than twice.
            if (await from.ForgetAsync(held.Key, held.Envelope.Stamp, cancellationToken).ConfigureAwait(false))
                await to.IncrementAsync(held.Key, held.Envelope.ReadCounter(), held.Envelope.ExpiresAtMs, cancellationToken).ConfigureAwait(false);
            return true;
        }

        clock.Observe(held.Envelope.Stamp);
        var write = await to.SetAsync(held.Key, held.Envelope, cancellationToken).ConfigureAwait(false);
        await from.ForgetAsync(held.Key, held.Envelope.Stamp, cancellationToken).ConfigureAwait(false);
        return write.Written;
    }

    private static bool MayKnowBetter(TierSlot slot, Envelope? newest) => slot.Fallback is { } lower && (lower.MayHold || (newest is null && lower.IsShared));

    private static SessionStoreUnavailableException Unavailable(string operation) => new($"No tier of the session store could serve {operation}.");

    private Stamp? Noted(string key, in Envelope envelope, TierWrite write)
    {
        if (!write.Written) return null;
        journal?.Note(key, envelope);
        return envelope.Stamp;
    }

    // The highest tier that can serve decides; reading and overwriting, the hot ways, do the same without a closure.
    private async ValueTask<T> DecideAsync<T>(string operation, string key, bool pullsUp, Func<IStoreTier, CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        for (var i = 0; i < slots.Count; i++)
        {
            var slot = slots[i];
            if (!slot.Breaker.Allows) continue;
            if (pullsUp) await PullUpAsync(key, i, cancellationToken).ConfigureAwait(false);
            var start = Stopwatch.GetTimestamp();
            try
            {
                var result = await work(slot.Tier, cancellationToken).ConfigureAwait(false);
                slot.Succeeded(start);
                return result;
            }
            catch (Exception problem) when (slot.Failed(problem, cancellationToken))
            {
            }
        }

        throw Unavailable(operation);
    }

    private Envelope Seal(ReadOnlyMemory<byte> value, TimeSpan timeToLive, Stamp stamp) =>
        new(EntryKind.Value, stamp, clock.NowMs + (long)timeToLive.TotalMilliseconds, value);

    // What is decided on one key must be decided where its newest state is.
    private async ValueTask PullUpAsync(string key, int to, CancellationToken cancellationToken)
    {
        for (var i = to + 1; i < slots.Count; i++)
        {
            var slot = slots[i];
            if (slot.Fallback is not { MayHold: true } lower || !slot.Breaker.Allows) continue;
            Envelope? found;
            try
            {
                found = await lower.GetAsync(key, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception problem) when (slot.Failed(problem, cancellationToken))
            {
                continue;
            }

            if (found is not { } held) continue;
            try
            {
                await MoveAsync(lower, slots[to].Tier, new(key, held), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception problem) when (slots[to].Failed(problem, cancellationToken))
            {
                return;
            }
        }
    }
}
