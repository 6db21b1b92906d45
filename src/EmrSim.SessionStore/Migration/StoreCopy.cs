using EmrSim.SessionStore.Tiered;

namespace EmrSim.SessionStore.Migration;

/// <summary>Goes over all keys of a server, as often as need be: what is older or missing on the new one is written there.</summary>
internal sealed class StoreCopy(IServerTier from, IServerTier to, MigrationLead lead)
{
    private const int AtOnce = 64;

    // Between them it is seen whether someone else leads the move now.
    private const int InARow = 512;

    /// <summary>What became of a key.</summary>
    internal enum Outcome
    {
        Same,
        Written,
        Foreign,
        Own,
    }

    /// <summary>
    /// Removes what an earlier move left on the new server, of which some may have been removed on the old one long ago. Only before
    /// anyone writes there. Gives the number of entries.
    /// </summary>
    public async Task<int> EmptyAsync(CancellationToken cancellationToken) =>
        (await ForEachKeyAsync(to, RemoveAsync, cancellationToken).ConfigureAwait(false)).Written;

    /// <summary>Compares all keys, and writes what the new server lacks.</summary>
    public Task<Pass> PassAsync(CancellationToken cancellationToken) => ForEachKeyAsync(from, CopyAsync, cancellationToken);

    private async Task<Pass> ForEachKeyAsync(IServerTier server, Func<string, CancellationToken, ValueTask<Outcome>> work, CancellationToken cancellationToken)
    {
        var pass = new Pass();
        await foreach (var some in server.KeysAsync(cancellationToken).Chunk(InARow).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            await lead.CheckAsync(cancellationToken).ConfigureAwait(false);
            await Parallel.ForEachAsync(
                some,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (key, ct) => pass.Note(IsOwn(key) ? Outcome.Own : await work(key, ct).ConfigureAwait(false))).ConfigureAwait(false);
        }

        return pass;
    }

    // What the servers' connections keep about themselves, and the mark of a move from there.
    private static bool IsOwn(string key) => key is MigrationMark.Key || key.StartsWith("emrsim:", StringComparison.Ordinal);

    private async ValueTask<Outcome> RemoveAsync(string key, CancellationToken cancellationToken)
    {
        if (await to.PeekAsync(key, cancellationToken).ConfigureAwait(false) is not { } held) return Outcome.Foreign;
        // A number without an envelope may be another program's; it is the fleet's when that counts under the same key.
        if (held is { Kind: EntryKind.Counter } && held.Stamp == default && await from.PeekAsync(key, cancellationToken).ConfigureAwait(false) is not { Kind: EntryKind.Counter }) return Outcome.Foreign;
        // Ended long ago for every clock, and no newer than what it replaces: it stands in the way of nothing. A removal would last longer.
        await to.SetAsync(key, new(EntryKind.Tombstone, held.Stamp, 1, default), cancellationToken).ConfigureAwait(false);
        return Outcome.Written;
    }

    private async ValueTask<Outcome> CopyAsync(string key, CancellationToken cancellationToken)
    {
        if (await from.PeekAsync(key, cancellationToken).ConfigureAwait(false) is not { } held) return Outcome.Foreign;
        if (held.Kind == EntryKind.Counter) return await CountAsync(key, held, cancellationToken).ConfigureAwait(false);
        if (await to.GetAsync(key, cancellationToken).ConfigureAwait(false) is { } other && other.Stamp >= held.Stamp) return Outcome.Same;
        return (await to.SetAsync(key, held, cancellationToken).ConfigureAwait(false)).Written ? Outcome.Written : Outcome.Same;
    }

    private async ValueTask<Outcome> CountAsync(string key, Envelope held, CancellationToken cancellationToken)
    {
        try
        {
            var there = await to.IncrementAsync(key, 0, held.ExpiresAtMs, cancellationToken).ConfigureAwait(false);
            if (held.ReadCounter() <= there.Value) return Outcome.Same;
            await to.IncrementAsync(key, held.ReadCounter() - there.Value, held.ExpiresAtMs, cancellationToken).ConfigureAwait(false);
            return Outcome.Written;
        }
        catch (InvalidOperationException conflict) when (conflict is not ObjectDisposedException)
        {
            // Not named, since keys may be what lets a student in.
            throw new MigrationStoppedException("A key under which the fleet counts holds another program's value on the new server. Name a server or a database of its own.");
        }
    }

    /// <summary>What was found on the way.</summary>
    internal sealed class Pass
    {
        private int _compared;
        private int _written;
        private int _foreign;

        public int Compared => _compared;

        public int Written => _written;

        public int Foreign => _foreign;

        public void Note(Outcome outcome)
        {
            if (outcome is Outcome.Same or Outcome.Written) Interlocked.Increment(ref _compared);
            if (outcome == Outcome.Written) Interlocked.Increment(ref _written);
            if (outcome == Outcome.Foreign) Interlocked.Increment(ref _foreign);
        }
    }
}
