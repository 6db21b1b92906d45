namespace EmrSim.SessionStore.Migration;

/// <summary>Takes a fleet back to the old server alone. The new one is not asked: it may be why.</summary>
internal sealed class MigrationAbort(MigrationLead lead, MigrationSteps steps, Action<string> tell)
{
    /// <summary>False when the new server serves alone already, or an instance has not followed yet.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await lead.LookAsync(cancellationToken).ConfigureAwait(false);
        if (lead.Mark is not { Phase: not MigrationPhase.Steady } mark)
        {
            tell("No move is under way from this server. If the fleet is on its way to another one, --from must be the address that it had before.");
            return true;
        }

        if (mark.Phase == MigrationPhase.Done)
        {
            tell("The fleet has moved already: move it back with the two addresses exchanged.");
            return false;
        }

        if (mark.Phase == MigrationPhase.Dual) await steps.ReachAsync(mark with { Phase = MigrationPhase.Both }, "The old server decides again.", cancellationToken).ConfigureAwait(false);
        await lead.WriteAsync(mark with { Phase = MigrationPhase.Steady }, cancellationToken).ConfigureAwait(false);
        var isFollowed = await steps.FollowAsync(isComplete: false, cancellationToken).ConfigureAwait(false) == Following.All;
        tell(isFollowed
            ? "Aborted: the old server serves alone. What was copied to the new one ends by itself."
            : "Aborted, but an instance has not followed yet. It leaves the server alone until it does; look at its log.");
        return isFollowed;
    }
}
