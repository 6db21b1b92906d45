namespace EmrSim.SessionStore.Tiered;

/// <summary>What became of a write.</summary>
/// <param name="Written">Whether the envelope stands now.</param>
/// <param name="Newer">The stamp of the newer envelope that stood in its way, if that was the reason.</param>
/// <param name="OldEndMs">When what it replaced would have ended, where that is known and later than its own end; else zero.</param>
internal readonly record struct TierWrite(bool Written, Stamp? Newer = null, long OldEndMs = 0)
{
    public static TierWrite Done => new(true);

    public static TierWrite Refused => default;

    public static TierWrite Over(in Envelope? old, in Envelope written) =>
        old is { Kind: not EntryKind.Counter } replaced && replaced.ExpiresAtMs > written.ExpiresAtMs ? Done with { OldEndMs = replaced.ExpiresAtMs } : Done;
}

/// <summary>
/// One store of the chain. Envelopes come with their stamp: a write never replaces an envelope with a newer one, tombstones
/// included, so that a write that arrives late (a ghost) changes nothing.
/// </summary>
internal interface IStoreTier : IAsyncDisposable
{
    string Name { get; }

    /// <summary>The envelope as stored, a tombstone too; null when there is none or its life is over. Counters are not seen.</summary>
    ValueTask<Envelope?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Writes unless a newer envelope is there.</summary>
    ValueTask<TierWrite> SetAsync(string key, Envelope envelope, CancellationToken cancellationToken);

    /// <summary>Writes only if nothing alive is there.</summary>
    ValueTask<TierWrite> AddAsync(string key, Envelope envelope, CancellationToken cancellationToken);

    /// <summary>Writes only if what is there is alive and has this stamp.</summary>
    ValueTask<TierWrite> ReplaceAsync(string key, Envelope envelope, Stamp expected, CancellationToken cancellationToken);

    /// <summary>Adds to the counter there, or begins one that ends at <paramref name="expiresAtMs"/>.</summary>
    ValueTask<StoreCounter> IncrementAsync(string key, long by, long expiresAtMs, CancellationToken cancellationToken);

    /// <summary>
    /// Puts a tombstone in the place of anything older. A server's lasts at least as long as that would have, since others may keep
    /// it to fill a server that comes back without its newest data.
    /// </summary>
    ValueTask<TierRemoval> RemoveAsync(string key, Envelope tombstone, CancellationToken cancellationToken);

    /// <summary>
    /// Writes, reads and deletes a key of its own on a server that may be written to, and gives the time of one round trip;
    /// throws when that fails.
    /// </summary>
    ValueTask<TimeSpan> ProbeAsync(CancellationToken cancellationToken);
}

/// <summary>What became of a removal.</summary>
/// <param name="WasAlive">Whether there was something to remove.</param>
/// <param name="Newer">The stamp of the newer envelope that stood in its way.</param>
/// <param name="EndMs">When the tombstone ends, where that is later than was asked for.</param>
internal readonly record struct TierRemoval(bool WasAlive, Stamp? Newer = null, long EndMs = 0);

/// <summary>An entry or a counter that a lower tier holds and that a higher one should have.</summary>
internal readonly record struct HeldEntry(string Key, Envelope Envelope);

/// <summary>A tier that takes over while a higher one is away, and is emptied into it afterwards.</summary>
internal interface IFallbackTier : IStoreTier
{
    /// <summary>Whether it may hold anything, as far as is known without asking.</summary>
    bool MayHoldAny { get; }

    /// <summary>How many entries it holds, as far as is known without asking.</summary>
    int Held { get; }

    /// <summary>How many entries have reached the end of their life there since the start.</summary>
    long Expired { get; }

    /// <summary>Whether other instances write there too.</summary>
    bool IsShared { get; }

    /// <summary>Whether it may hold this key, as far as is known without asking.</summary>
    bool MayHold(string key);

    /// <summary>
    /// Asks what it holds, so that <see cref="MayHoldAny"/> and <see cref="MayHold"/> are true to what other instances wrote until
    /// then. Not by key, <see cref="MayHold"/> says yes to every key while it holds anything, and the answer costs less.
    /// </summary>
    ValueTask RefreshAsync(bool byKey, CancellationToken cancellationToken);

    /// <summary>
    /// All that it holds, values, tombstones and counters, in pages of at most so many; what comes while they are read may be left out.
    /// </summary>
    IAsyncEnumerable<IReadOnlyList<HeldEntry>> PagesAsync(int size, CancellationToken cancellationToken);

    /// <summary>Forgets those entries that are still the same, and gives their keys: each to one caller only, of all instances.</summary>
    ValueTask<IReadOnlyCollection<string>> ForgetAsync(IReadOnlyList<HeldEntry> entries, CancellationToken cancellationToken);

    /// <summary>Drops the key's entry if it is a counter or not newer, and leaves nothing in its place: true if it was alive.</summary>
    ValueTask<bool> DiscardAsync(string key, Stamp newest, CancellationToken cancellationToken);
}
