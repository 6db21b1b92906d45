using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace EmrSim.SessionStore.Tiered;

/// <summary>
/// Serves each operation from the highest tier that can, falling through to the next within the same request. Lower tiers hold
/// only what was written while a higher one was away; until they are empty, reads ask them too and the newest stamp wins.
/// </summary>
internal sealed class TieredStore(IReadOnlyList<TierSlot> slots, StampClock clock, MoveUp moving, Journal? journal) : ISessionStore
{
    public const string Get = "get";
    public const string Set = "set";
    public const string Add = "add";
    public const string Replace = "replace";
    public const string Increment = "increment";
    public const string Remove = "remove";

    // Whoever loses that often against newer writes of others has been overwritten by them.
    private const int MostAttempts = 4;

    /// <summary>A stopped server keeps what it has received for as long as it stands still; no entry lives longer than this.</summary>
    private static readonly TimeSpan s_longestTombstoneLife = KeyRule.LongestLife;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<StoreEntry?> GetAsync(string key, CancellationToken cancellationToken = default)
    {
        KeyRule.Check(key);
        if (slots[0].Breaker.Allows && MayBeHeldBelow(0, key)) return await GetWhileMergingAsync(key, cancellationToken).ConfigureAwait(false);
        Envelope? newest = null;
        TierSlot? first = null;
        var isElsewhere = false;
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < slots.Count; i++)
        {
            var slot = slots[i];
            if (!slot.Breaker.Allows || (first is not null && !MayKnowBetter(slot, key, newest))) continue;
            var start = i == 0 ? began : Stopwatch.GetTimestamp();
            try
            {
                var found = await slot.Tier.GetAsync(key, cancellationToken).ConfigureAwait(false);
                slot.Succeeded(Get, start, began);
                // What is moved up between the two looks is seen by neither.
                if (first is not null && found is null) isElsewhere = true;
                first ??= slot;
                newest = Newer(newest, found);
            }
            catch (Exception problem) when (slot.Failed(Get, problem, cancellationToken, start))
            {
            }
        }

        if (first is null) throw Unavailable(Get);
        if (isElsewhere) newest = await AgainAsync(first, key, newest, cancellationToken).ConfigureAwait(false);
        return Seen(newest);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Stamp> SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan timeToLive, CancellationToken cancellationToken = default)
    {
        KeyRule.Check(key, value.Length, timeToLive);
        var envelope = Seal(value, timeToLive, clock.Next());
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < slots.Count; i++)
        {
            var slot = slots[i];
            if (!slot.Breaker.Allows) continue;
            var below = MayBeHeldBelow(i, key) ? NewestBelowAsync(key, i, cancellationToken).AsTask() : null;
            var start = i == 0 ? began : Stopwatch.GetTimestamp();
            try
            {
                var writing = slot.Tier.SetAsync(key, envelope, cancellationToken);
                // While the server works: noting it afterwards would make every write that much longer.
                journal?.Note(key, envelope);
                var write = await writing.ConfigureAwait(false);
                if (write.OldEndMs > 0) journal?.Note(key, envelope, write.OldEndMs);
                // This write comes after the one it found, so its stamp must too, however wrong the other's clock is.
                var newer = write.Newer;
                var held = below is null ? null : (await below.ConfigureAwait(false)).Newest;
                if (held?.Stamp > (newer ?? envelope.Stamp)) newer = held.Value.Stamp;
                for (var attempt = 1; newer is { } standing && attempt < MostAttempts; attempt++)
                {
                    envelope = envelope with { Stamp = clock.After(standing) };
                    write = await slot.Tier.SetAsync(key, envelope, cancellationToken).ConfigureAwait(false);
                    newer = write.Newer;
                    journal?.Note(key, envelope, write.OldEndMs);
                }

                slot.Succeeded(Set, start, began);
                // What it overwrites must not outlive it below.
                if (held?.ExpiresAtMs > envelope.ExpiresAtMs) await RemoveBelowAsync(key, i, envelope, cancellationToken).ConfigureAwait(false);
                return envelope.Stamp;
            }
            catch (Exception problem) when (slot.Failed(Set, problem, cancellationToken, start))
            {
            }
        }

        throw Unavailable(Set);
    }

    public ValueTask<Stamp?> AddAsync(string key, ReadOnlyMemory<byte> value, TimeSpan timeToLive, CancellationToken cancellationToken = default)
    {
        KeyRule.Check(key, value.Length, timeToLive);
        return DecideAsync(Add, key, pullsUp: true, async (index, isInDoubt, ct) =>
        {
            var envelope = Seal(value, timeToLive, clock.Next());
            var write = await slots[index].Tier.AddAsync(key, envelope, ct).ConfigureAwait(false);
            for (var attempt = 1; write.Newer is { } newer && attempt < MostAttempts; attempt++)
            {
                envelope = envelope with { Stamp = clock.After(newer) };
                write = await slots[index].Tier.AddAsync(key, envelope, ct).ConfigureAwait(false);
            }

            if (!write.Written && isInDoubt) await OutlastAsync(key, slots[index].Tier, ct).ConfigureAwait(false);
            return Noted(key, envelope, write);
        }, cancellationToken);
    }

    public ValueTask<Stamp?> ReplaceAsync(string key, ReadOnlyMemory<byte> value, TimeSpan timeToLive, Stamp expected, CancellationToken cancellationToken = default)
    {
        KeyRule.Check(key, value.Length, timeToLive);
        return DecideAsync(Replace, key, pullsUp: true, async (index, isInDoubt, ct) =>
        {
            var envelope = Seal(value, timeToLive, clock.After(expected));
            var write = await slots[index].Tier.ReplaceAsync(key, envelope, expected, ct).ConfigureAwait(false);
            // What it was to replace may be where it was sent first, and be replaced yet: "no" could be untrue.
            return write.Written || !isInDoubt ? Noted(key, envelope, write) : throw Unavailable(Replace);
        }, cancellationToken);
    }

    public ValueTask<StoreCounter> IncrementAsync(string key, long by, TimeSpan timeToLive, CancellationToken cancellationToken = default)
    {
        KeyRule.Check(key, 0, timeToLive);
        var expires = clock.NowMs + (long)timeToLive.TotalMilliseconds;
        return DecideAsync(Increment, key, pullsUp: false, (index, _, ct) => slots[index].Tier.IncrementAsync(key, by, expires, ct), cancellationToken);
    }

    public ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        KeyRule.Check(key);
        return DecideAsync(Remove, key, pullsUp: true, async (index, isInDoubt, ct) =>
        {
            var tombstone = Tombstone(clock.Next(), index == 0 ? MoveUp.TombstoneLife : s_longestTombstoneLife);
            var removal = await slots[index].Tier.RemoveAsync(key, tombstone, ct).ConfigureAwait(false);
            var wasAlive = removal.WasAlive;
            for (var attempt = 1; removal.Newer is { } newer && attempt < MostAttempts; attempt++)
            {
                tombstone = tombstone with { Stamp = clock.After(newer) };
                removal = await slots[index].Tier.RemoveAsync(key, tombstone, ct).ConfigureAwait(false);
            }

            journal?.Note(key, tombstone with { ExpiresAtMs = Math.Max(tombstone.ExpiresAtMs, removal.EndMs) });
            // What is below and can't be reached now is moved up later. By itself: while the database is away that may be any key, and the
            // journal keeps its room for what lives.
            if (MayBeHeldBelow(index, key, isReached: false)) await slots[index].Tier.RemoveAsync(key, Tombstone(tombstone.Stamp, s_longestTombstoneLife), ct).ConfigureAwait(false);
            // Counters are not pulled up; one that was begun below must not be added to what is removed here.
            wasAlive |= MayBeHeldBelow(index, key) && await RemoveBelowAsync(key, index, tombstone, ct).ConfigureAwait(false);
            // It is removed now; but it may have been there where it was sent first, and be removed by that: "no" could be untrue.
            return wasAlive || !isInDoubt ? wasAlive : throw Unavailable(Remove);
        }, cancellationToken);
    }

    // An instance that alone has lost the server leaves its writes where the beat finds them; a read that finds nothing does not wait for that.
    private static bool MayKnowBetter(TierSlot slot, string key, Envelope? newest) => slot.Fallback is { } lower && (lower.MayHold(key) || (newest is null && lower.IsShared));

    // Both at once: until all is moved up, the slower of the two is what a read costs, not the sum.
    private async ValueTask<StoreEntry?> GetWhileMergingAsync(string key, CancellationToken cancellationToken)
    {
        var top = slots[0];
        var start = Stopwatch.GetTimestamp();
        var looking = NewestBelowAsync(key, 0, cancellationToken).AsTask();
        var (above, answered) = ((Envelope?)null, false);
        try
        {
            above = await top.Tier.GetAsync(key, cancellationToken).ConfigureAwait(false);
            top.Succeeded(Get, start, start);
            answered = true;
        }
        catch (Exception problem) when (top.Failed(Get, problem, cancellationToken, start))
        {
        }

        var (below, answeredBelow) = await looking.ConfigureAwait(false);
        if (!answered && !answeredBelow) throw Unavailable(Get);
        // What is moved up between the two looks is seen by neither.
        if (answered && below is null) above = await AgainAsync(top, key, above, cancellationToken).ConfigureAwait(false);
        return Seen(Newer(above, below));
    }

    private async ValueTask<(Envelope? Newest, bool Answered)> NewestBelowAsync(string key, int from, CancellationToken cancellationToken)
    {
        var (newest, answered) = ((Envelope?)null, false);
        for (var i = from + 1; i < slots.Count; i++)
        {
            var slot = slots[i];
            if (!slot.Breaker.Allows) continue;
            try
            {
                newest = Newer(newest, await slot.Tier.GetAsync(key, cancellationToken).ConfigureAwait(false));
                answered = true;
            }
            catch (Exception problem) when (slot.Failed(Get, problem, cancellationToken))
            {
            }
        }

        return (newest, answered);
    }

    private StoreEntry? Seen(Envelope? newest)
    {
        if (newest is not { } entry) return null;
        clock.Observe(entry.Stamp);
        return entry.Kind == EntryKind.Value ? new StoreEntry(entry.Value, entry.Stamp, entry.ExpiresAt) : null;
    }

    private static Envelope? Newer(Envelope? one, Envelope? other) => other is { } some && (one is not { } best || some.Stamp > best.Stamp) ? other : one;

    private static async ValueTask<Envelope?> AgainAsync(TierSlot slot, string key, Envelope? newest, CancellationToken cancellationToken)
    {
        try
        {
            return Newer(newest, await slot.Tier.GetAsync(key, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception problem) when (slot.Failed(Get, problem, cancellationToken))
        {
            return newest;
        }
    }

    private static SessionStoreUnavailableException Unavailable(string operation) => new($"No tier of the session store could serve the operation '{operation}'.");

    private Stamp? Noted(string key, in Envelope envelope, TierWrite write)
    {
        if (!write.Written) return null;
        journal?.Note(key, envelope, write.OldEndMs);
        return envelope.Stamp;
    }

    // The highest tier that can serve decides; reading and overwriting, the hot ways, do the same without a closure.
    private async ValueTask<T> DecideAsync<T>(string operation, string key, bool pullsUp, Func<int, bool, CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        var isInDoubt = false;
        for (var i = 0; i < slots.Count; i++)
        {
            var slot = slots[i];
            if (!slot.Breaker.Allows) continue;
            if (pullsUp && MayBeHeldBelow(i, key)) await PullUpAsync(key, i, cancellationToken).ConfigureAwait(false);
            var start = Stopwatch.GetTimestamp();
            try
            {
                var result = await work(i, isInDoubt, cancellationToken).ConfigureAwait(false);
                slot.Succeeded(operation, start, began);
                return result;
            }
            catch (Exception problem) when (slot.Failed(operation, problem, cancellationToken, start))
            {
                isInDoubt |= TierSlot.MayYetHappen(problem);
            }
        }

        throw Unavailable(operation);
    }

    private Envelope Seal(ReadOnlyMemory<byte> value, TimeSpan timeToLive, Stamp stamp) =>
        new(EntryKind.Value, stamp, clock.NowMs + (long)timeToLive.TotalMilliseconds, value);

    private Envelope Tombstone(Stamp stamp, TimeSpan life) => new(EntryKind.Tombstone, stamp, clock.NowMs + (long)life.TotalMilliseconds, default);

    private bool MayBeHeldBelow(int index, string key, bool isReached = true)
    {
        for (var i = index + 1; i < slots.Count; i++)
        {
            if (slots[i].Breaker.Allows == isReached && slots[i].Fallback?.MayHold(key) == true) return true;
        }

        return false;
    }

    // What is decided on one key must be decided where its newest state is.
    private async ValueTask PullUpAsync(string key, int to, CancellationToken cancellationToken)
    {
        for (var i = to + 1; i < slots.Count; i++)
        {
            var slot = slots[i];
            if (slot.Fallback is not { } lower || !lower.MayHold(key) || !slot.Breaker.Allows) continue;
            Envelope? found;
            try
            {
                found = await lower.GetAsync(key, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception problem) when (slot.Failed(Get, problem, cancellationToken))
            {
                continue;
            }

            if (found is { } held && await moving.MoveAsync(slot, slots[to], [new(key, held)], cancellationToken).ConfigureAwait(false) > 0) return;
        }
    }

    // What was refused here may yet be done where it was sent first; what stands here must be newer than that.
    private async ValueTask OutlastAsync(string key, IStoreTier tier, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            if (await tier.GetAsync(key, cancellationToken).ConfigureAwait(false) is not { Kind: EntryKind.Value } standing) return;
            var newer = standing with { Stamp = clock.After(standing.Stamp) };
            if ((await tier.ReplaceAsync(key, newer, standing.Stamp, cancellationToken).ConfigureAwait(false)).Written) return;
        }
    }

    private async ValueTask<bool> RemoveBelowAsync(string key, int from, Envelope tombstone, CancellationToken cancellationToken)
    {
        var wasAlive = false;
        for (var i = from + 1; i < slots.Count; i++)
        {
            var slot = slots[i];
            if (slot.Fallback is not { } lower || !lower.MayHold(key) || !slot.Breaker.Allows) continue;
            try
            {
                // The tombstone stands above. Left here too it would be moved up later, over a counter that was begun meanwhile.
                wasAlive |= await lower.DiscardAsync(key, tombstone.Stamp, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception problem) when (slot.Failed(Remove, problem, cancellationToken))
            {
            }
        }

        return wasAlive;
    }
}
