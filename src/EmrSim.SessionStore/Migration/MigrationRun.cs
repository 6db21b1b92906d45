using System.Security.Cryptography;
using EmrSim.SessionStore.Tiered;

namespace EmrSim.SessionStore.Migration;

/// <summary>
/// Leads a fleet from one server to another while it serves: write both, copy, compare, read both, move on. Each step waits until
/// every running instance has followed. Safe to begin again, and to abort before the last step.
/// </summary>
internal sealed class MigrationRun(IServerTier to, MigrationLead lead, MigrationSteps steps, StoreCopy copy, StampClock clock, Action<string> tell)
{
    private const int MostRounds = 10;

    /// <param name="target">The address of the new server.</param>
    /// <param name="seal">Seals it before it is left on the old server.</param>
    /// <param name="open">Opens one that was sealed.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    public async Task RunAsync(string target, Func<string, string> seal, Func<string, string> open, CancellationToken cancellationToken)
    {
        await lead.LookAsync(cancellationToken).ConfigureAwait(false);
        if (lead.Mark is { Phase: not MigrationPhase.Steady } standing) CheckTarget(standing, StoreUrl.Parse(target), open);
        else await BeginAsync(seal(target), cancellationToken).ConfigureAwait(false);
        if (lead.Mark!.Phase == MigrationPhase.Done)
        {
            if (await steps.FollowAsync(isComplete: false, cancellationToken).ConfigureAwait(false) != Following.All) throw new MigrationStoppedException("The fleet has moved, but an instance still has not followed. Look at its log, or restart it.");
            tell("The fleet has moved already.");
            return;
        }

        await CopyAsync(cancellationToken).ConfigureAwait(false);
        var behind = await copy.PassAsync(cancellationToken).ConfigureAwait(false);
        tell($"Compared once more: {behind.Compared} entries, {behind.Written} of them behind and mended.");
        // A fleet that once moved away from there is to stay now. Until here an instance that is started with that address is led to the others.
        await MigrationMark.RemoveAsync(to, clock, cancellationToken).ConfigureAwait(false);
        await steps.ReachAsync(lead.Mark with { Phase = MigrationPhase.Done }, "The new server serves alone.", cancellationToken).ConfigureAwait(false);
    }

    // Two addresses may lead to the same server; who is emptied must not be the one that serves.
    private async Task BeginAsync(string sealedTarget, CancellationToken cancellationToken)
    {
        await steps.FindInstancesAsync(cancellationToken).ConfigureAwait(false);
        await steps.CheckUnusedAsync(cancellationToken).ConfigureAwait(false);
        var mark = new MigrationMark(Guid.NewGuid().ToString("N")[..8], MigrationPhase.Steady, 1, sealedTarget);
        await lead.WriteAsync(mark, cancellationToken).ConfigureAwait(false);
        if (await MigrationMark.ReadAsync(to, cancellationToken).ConfigureAwait(false) is { } same && same.Id == mark.Id) throw new MigrationStoppedException("The two addresses lead to the same server.");
        if (await copy.EmptyAsync(cancellationToken).ConfigureAwait(false) is > 0 and var left) tell($"Removed {left} entries that an earlier move left on the new server.");
    }

    private static void CheckTarget(MigrationMark standing, StoreUrl target, Func<string, string> open)
    {
        StoreUrl under;
        try
        {
            under = StoreUrl.Parse(open(standing.Target));
        }
        catch (Exception unknown) when (unknown is CryptographicException or FormatException)
        {
            throw new MigrationStoppedException("A move is under way whose address can't be opened here. Run this with the same database and data folder as the instances.");
        }

        if (under == target) return;
        throw new MigrationStoppedException(standing.Phase == MigrationPhase.Done
            ? $"The fleet has moved to {under.Masked} already. To move it on, name that as --from."
            : $"A move to {under.Masked} is under way. Name that as --to, or abort it first.");
    }

    // Until both decide and all that the old server has is on the new one too.
    private async Task CopyAsync(CancellationToken cancellationToken)
    {
        for (var round = 1; round <= MostRounds; round++)
        {
            var mark = lead.Mark!;
            await steps.ReachAsync(mark with { Phase = MigrationPhase.Both, Round = mark.Round + 1 }, "Every instance writes to both servers.", cancellationToken).ConfigureAwait(false);
            var copied = await copy.PassAsync(cancellationToken).ConfigureAwait(false);
            tell($"Copied: {copied.Compared} entries, {copied.Written} of them written, {copied.Foreign} keys of other programs left alone.");
            var compared = await copy.PassAsync(cancellationToken).ConfigureAwait(false);
            tell($"Compared: {compared.Compared} entries, {compared.Written} behind.");
            // Under load something is always on its way to both; what matters is that no instance missed anything.
            var isComplete = await steps.FollowAsync(isComplete: true, cancellationToken).ConfigureAwait(false) == Following.All;
            if (isComplete && await steps.ReachAsync(lead.Mark! with { Phase = MigrationPhase.Dual }, "Both servers must accept what is written, and both are read.", cancellationToken).ConfigureAwait(false)) return;
            tell("An instance could not write to the new server meanwhile; copying again.");
        }

        throw new MigrationStoppedException("The new server did not take everything in any of the rounds. Check it with 'emrsim doctor', then begin again or abort.");
    }
}
