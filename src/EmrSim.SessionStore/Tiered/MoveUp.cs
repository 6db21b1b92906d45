using Microsoft.Extensions.Logging;

namespace EmrSim.SessionStore.Tiered;

/// <summary>
/// Moves what a lower tier holds up into a higher one. It stands above before it is forgotten below, and is forgotten only if it is
/// still the same, so that an instance that stops in between, or several that move the same entry, change nothing.
/// </summary>
internal sealed partial class MoveUp(IReadOnlyList<TierSlot> slots, StampClock clock, OutageReport report, ILogger<MoveUp> log)
{
    /// <summary>Longer than a write can be under way to a tier that answers: the kernel gives up on a closed socket sooner.</summary>
    public static readonly TimeSpan TombstoneLife = TimeSpan.FromMinutes(5);

    // A server takes all that is sent to it in one go; a database has a connection for each.
    private const int AtOnceIntoDatabase = 4;

    // Larger ones would keep the server from others for too long.
    private const int LargestOfMany = 4096;

    /// <summary>How many of them could not be moved because the higher tier failed.</summary>
    public async ValueTask<int> MoveAsync(TierSlot from, TierSlot to, IReadOnlyList<HeldEntry> held, CancellationToken cancellationToken)
    {
        var failed = 0;
        if (held.Any(IsCounter)) failed += await MoveCountersAsync(from, to, [.. held.Where(IsCounter)], cancellationToken).ConfigureAwait(false);
        if (!held.All(IsCounter)) failed += await MoveValuesAsync(from, to, [.. held.Where(static entry => !IsCounter(entry))], cancellationToken).ConfigureAwait(false);
        return failed;
    }

    private static bool IsCounter(HeldEntry entry) => entry.Envelope.Kind == EntryKind.Counter;

    private async ValueTask<int> MoveValuesAsync(TierSlot from, TierSlot to, HeldEntry[] held, CancellationToken cancellationToken)
    {
        var outcomes = new Promotion?[held.Length];
        var inOneGo = to.Tier is IManyAtOnce { TakesMany: true } ? Enumerable.Range(0, held.Length).Where(index => IsSmall(held[index].Envelope)).ToArray() : [];
        var singly = Enumerable.Range(0, held.Length).Except(inOneGo).ToArray();
        if (inOneGo.Length > 0) await WriteManyAsync(to, held, inOneGo, outcomes, cancellationToken).ConfigureAwait(false);
        await ManyAsync(to, singly.Length, async n => outcomes[singly[n]] = await WriteAsync(to, held[singly[n]], cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        var standing = held.Where((_, index) => outcomes[index] is not null).ToArray();
        var forgotten = (await ForgetAsync(from, standing, cancellationToken).ConfigureAwait(false)).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < held.Length; i++)
        {
            if (outcomes[i] is { } outcome && forgotten.Contains(held[i].Key)) report.Moved(outcome);
        }

        return held.Length - standing.Length;
    }

    private async ValueTask<int> MoveCountersAsync(TierSlot from, TierSlot to, HeldEntry[] held, CancellationToken cancellationToken)
    {
        // Forgotten first: counting once too little is better than twice.
        var forgotten = (await ForgetAsync(from, held, cancellationToken).ConfigureAwait(false)).ToHashSet(StringComparer.Ordinal);
        var own = held.Where(entry => forgotten.Contains(entry.Key)).ToArray();
        var failed = 0;
        await ManyAsync(to, own.Length, async index =>
        {
            try
            {
                await to.Tier.IncrementAsync(own[index].Key, own[index].Envelope.ReadCounter(), own[index].Envelope.ExpiresAtMs, cancellationToken).ConfigureAwait(false);
                report.Moved(Promotion.Merged);
            }
            catch (InvalidOperationException conflict) when (conflict is not ObjectDisposedException)
            {
                // A counter below and a value above: the value, being the newer idea of the key, stays.
                LogConflict(conflict.Message);
            }
            catch (Exception problem) when (to.Failed(TieredStore.Increment, problem, cancellationToken))
            {
                Interlocked.Increment(ref failed);
            }
        }).ConfigureAwait(false);
        return failed;
    }

    private static bool IsSmall(Envelope envelope) => envelope.Kind == EntryKind.Value && envelope.Value.Length <= LargestOfMany;

    private async ValueTask WriteManyAsync(TierSlot to, HeldEntry[] held, int[] chosen, Promotion?[] outcomes, CancellationToken cancellationToken)
    {
        foreach (var index in chosen) clock.Observe(held[index].Envelope.Stamp);
        try
        {
            var written = await ((IManyAtOnce)to.Tier).SetManyAsync([.. chosen.Select(index => held[index])], cancellationToken).ConfigureAwait(false);
            to.Answered();
            for (var n = 0; n < chosen.Length; n++) outcomes[chosen[n]] = written[n] ? Promotion.Merged : Promotion.Superseded;
        }
        catch (Exception problem) when (to.Failed(TieredStore.Set, problem, cancellationToken))
        {
            // What was written all the same is written again, and is the same.
        }
    }

    private async ValueTask<Promotion?> WriteAsync(TierSlot to, HeldEntry held, CancellationToken cancellationToken)
    {
        clock.Observe(held.Envelope.Stamp);
        var envelope = held.Envelope;
        try
        {
            if (envelope.Kind == EntryKind.Tombstone && to == slots[0])
            {
                // It stays for as long as what it buries there would have lived, and else no longer than need be.
                envelope = envelope with { ExpiresAtMs = Math.Min(envelope.ExpiresAtMs, clock.NowMs + (long)TombstoneLife.TotalMilliseconds) };
                var removal = await to.Tier.RemoveAsync(held.Key, envelope, cancellationToken).ConfigureAwait(false);
                to.Answered();
                return removal.Newer is null ? Promotion.Merged : Promotion.Superseded;
            }

            var write = await to.Tier.SetAsync(held.Key, envelope, cancellationToken).ConfigureAwait(false);
            to.Answered();
            return write.Written ? Promotion.Merged : Promotion.Superseded;
        }
        catch (Exception problem) when (to.Failed(TieredStore.Set, problem, cancellationToken))
        {
            return null;
        }
    }

    private static async ValueTask ManyAsync(TierSlot to, int count, Func<int, Task> work)
    {
        var atOnce = to.Fallback is null ? count : AtOnceIntoDatabase;
        for (var begun = 0; begun < count; begun += atOnce)
            await Task.WhenAll(Enumerable.Range(begun, Math.Min(atOnce, count - begun)).Select(work)).ConfigureAwait(false);
    }

    private static async ValueTask<IReadOnlyCollection<string>> ForgetAsync(TierSlot from, HeldEntry[] entries, CancellationToken cancellationToken)
    {
        if (entries.Length == 0) return [];
        try
        {
            return await from.Fallback!.ForgetAsync(entries, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception problem) when (from.Failed(TieredStore.Remove, problem, cancellationToken))
        {
            return [];
        }
    }

    [LoggerMessage(121, LogLevel.Warning, "Session store: an entry could not be moved up: {Reason}")]
    private partial void LogConflict(string reason);
}
