using EmrSim.SessionStore.Fleet;
using EmrSim.SessionStore.Tiered;

namespace EmrSim.SessionStore.Migration;

/// <summary>
/// Leads a fleet from one server to another while it serves: write both, copy, compare, read both, move on. Each step waits until
/// every running instance has followed. Safe to begin again, and to abort before the last step.
/// </summary>
internal sealed class MigrationRun(IServerTier from, IServerTier to, string sealedTarget, StampClock clock, TimeProvider time, Action<string> tell)
{
    private const int AtOnce = 64;
    private const int MostRounds = 10;
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(250);

    /// <summary>Longer than an instance that was killed stays on the roll.</summary>
    private static readonly TimeSpan s_patience = FleetRoll.GoneAfter + TimeSpan.FromSeconds(20);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var mark = await MigrationMark.ReadAsync(from, cancellationToken).ConfigureAwait(false);
        if (mark is { Phase: MigrationPhase.Done })
        {
            tell("The fleet has moved already.");
            return;
        }

        // A fleet that once moved away from there is to stay now.
        if (mark is null) await MigrationMark.RemoveAsync(to, clock, cancellationToken).ConfigureAwait(false);
        mark ??= new MigrationMark(Guid.NewGuid().ToString("N")[..8], MigrationPhase.Both, 1, sealedTarget);
        await CopyAsync(mark, cancellationToken).ConfigureAwait(false);
        mark = await ReachAsync(mark with { Phase = MigrationPhase.Dual }, "Both servers must accept what is written, and both are read.", cancellationToken).ConfigureAwait(false);
        var behind = await PassAsync(cancellationToken).ConfigureAwait(false);
        tell($"Compared once more: {behind.Compared} entries, {behind.Written} of them behind and mended.");
        await ReachAsync(mark with { Phase = MigrationPhase.Done }, "The new server serves alone.", cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Back to the old server alone; refused once the new one serves alone.</summary>
    public async Task<bool> AbortAsync(CancellationToken cancellationToken)
    {
        if (await MigrationMark.ReadAsync(from, cancellationToken).ConfigureAwait(false) is not { } mark)
        {
            tell("No move is under way.");
            return true;
        }

        if (mark.Phase == MigrationPhase.Done)
        {
            tell("The fleet has moved already: move it back with the two addresses exchanged.");
            return false;
        }

        if (mark.Phase == MigrationPhase.Dual) await ReachAsync(mark with { Phase = MigrationPhase.Both }, "The old server decides again.", cancellationToken).ConfigureAwait(false);
        await MigrationMark.RemoveAsync(from, clock, cancellationToken).ConfigureAwait(false);
        tell("Aborted: the old server serves alone. What was copied to the new one ends by itself.");
        return true;
    }

    private async Task CopyAsync(MigrationMark mark, CancellationToken cancellationToken)
    {
        for (var round = 1; round <= MostRounds; round++)
        {
            mark = await ReachAsync(mark with { Phase = MigrationPhase.Both, Round = mark.Round + 1 }, "Every instance writes to both servers.", cancellationToken).ConfigureAwait(false);
            var copied = await PassAsync(cancellationToken).ConfigureAwait(false);
            tell($"Copied: {copied.Compared} entries, {copied.Written} of them written, {copied.Foreign} keys of other programs left alone.");
            var compared = await PassAsync(cancellationToken).ConfigureAwait(false);
            tell($"Compared: {compared.Compared} entries, {compared.Written} behind.");
            // Under load something is always on its way to both; what matters is that no instance missed anything.
            if (await WaitAsync(mark, isComplete: true, cancellationToken).ConfigureAwait(false)) return;
            tell("An instance could not write to the new server meanwhile; copying again.");
        }

        throw new MigrationStoppedException("The new server did not take everything in any of the rounds. Check it with 'emrsim doctor', then begin again or abort.");
    }

    private async Task<MigrationMark> ReachAsync(MigrationMark mark, string meaning, CancellationToken cancellationToken)
    {
        await mark.WriteAsync(from, clock, cancellationToken).ConfigureAwait(false);
        if (!await WaitAsync(mark, isComplete: false, cancellationToken).ConfigureAwait(false))
            throw new MigrationStoppedException($"Not every instance followed to phase {mark.Phase} in time. Look at their logs, then begin again or abort.");
        tell(meaning);
        return mark;
    }

    // Whoever runs and reaches the old server is on the roll; whoever does not reach it leaves it alone until it has looked.
    private async Task<bool> WaitAsync(MigrationMark mark, bool isComplete, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < s_patience)
        {
            var members = await MembersAsync(mark.Phase == MigrationPhase.Done ? to : from, cancellationToken).ConfigureAwait(false);
            var told = members.Select(static member => member.Facts.GetValueOrDefault(MigrationMark.Fact, "")).ToList();
            if (isComplete && told.Any(static fact => fact.EndsWith(":-1", StringComparison.Ordinal))) return false;
            if (told.All(fact => fact.StartsWith($"{mark.Id}:{mark.Phase}:{mark.Round}:", StringComparison.Ordinal) && (!isComplete || fact.EndsWith(":0", StringComparison.Ordinal)))) return true;
            await Task.Delay(s_poll, time, cancellationToken).ConfigureAwait(false);
        }

        return false;
    }

    private async Task<List<FleetMember>> MembersAsync(IServerTier server, CancellationToken cancellationToken) =>
        await server.GetAsync(FleetRoll.Key, cancellationToken).ConfigureAwait(false) is { Kind: EntryKind.Value } roll ? FleetRoll.Read(roll.Value, time.GetUtcNow()) : [];

    private async Task<Pass> PassAsync(CancellationToken cancellationToken)
    {
        var pass = new Pass();
        await Parallel.ForEachAsync(
            from.KeysAsync(cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (key, ct) => pass.Note(await CopyAsync(key, ct).ConfigureAwait(false))).ConfigureAwait(false);
        return pass;
    }

    private async ValueTask<Outcome> CopyAsync(string key, CancellationToken cancellationToken)
    {
        if (key is MigrationMark.Key || key.StartsWith("emrsim:", StringComparison.Ordinal)) return Outcome.Own;
        if (await from.PeekAsync(key, cancellationToken).ConfigureAwait(false) is not { } held) return Outcome.Foreign;
        if (held.Kind == EntryKind.Counter)
        {
            var there = await to.IncrementAsync(key, 0, held.ExpiresAtMs, cancellationToken).ConfigureAwait(false);
            if (held.ReadCounter() <= there.Value) return Outcome.Same;
            await to.IncrementAsync(key, held.ReadCounter() - there.Value, held.ExpiresAtMs, cancellationToken).ConfigureAwait(false);
            return Outcome.Written;
        }

        if (await to.GetAsync(key, cancellationToken).ConfigureAwait(false) is { } other && other.Stamp >= held.Stamp) return Outcome.Same;
        return (await to.SetAsync(key, held, cancellationToken).ConfigureAwait(false)).Written ? Outcome.Written : Outcome.Same;
    }

    private enum Outcome
    {
        Same,
        Written,
        Foreign,
        Own,
    }

    private sealed class Pass
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
