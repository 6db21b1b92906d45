using EmrSim.SessionStore.Fleet;
using EmrSim.SessionStore.Tiered;

namespace EmrSim.SessionStore.Migration;

/// <summary>What came of waiting for the instances.</summary>
internal enum Following
{
    All,
    NotInTime,

    /// <summary>The new server missed something of which an instance does not know what: only another copy helps.</summary>
    Missing,
}

/// <summary>Takes a fleet from phase to phase: leaves the mark on the old server and waits until every running instance has followed.</summary>
internal sealed class MigrationSteps(IServerTier from, IServerTier? to, MigrationLead lead, TimeProvider time, Action<string> tell, bool needsInstances)
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(250);

    /// <summary>Longer than an instance that was killed is waited for.</summary>
    private static readonly TimeSpan s_patience = FleetRoll.GoneAfter + TimeSpan.FromSeconds(20);

    /// <summary>
    /// Two looks of an instance, and longer than an operation takes: one that is missing on the roll, because it has just found the
    /// server again, has followed too, and what was begun before it did is over.
    /// </summary>
    private static readonly TimeSpan s_atLeast = TimeSpan.FromSeconds(2);

    private readonly RollCall _roll = new(time);

    /// <summary>How many instances have followed the last step.</summary>
    public int Followers { get; private set; }

    /// <summary>Waits until an instance announces itself; throws when none does.</summary>
    public async Task FindInstancesAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (needsInstances && (await _roll.PresentAsync([from], cancellationToken).ConfigureAwait(false)).Count == 0)
        {
            if (time.GetElapsedTime(began) > FleetRoll.Beat + s_atLeast) throw NoInstance();
            await Task.Delay(s_poll, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Throws when instances announce themselves on the new server that are none of those on the old one.</summary>
    public async Task CheckUnusedAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var own = (await _roll.PresentAsync([from], cancellationToken).ConfigureAwait(false)).Select(static present => present.Id).ToHashSet(StringComparer.Ordinal);
        Dictionary<string, DateTimeOffset>? before = null;
        while (true)
        {
            var there = await to!.GetAsync(FleetRoll.Key, cancellationToken).ConfigureAwait(false) is { Kind: EntryKind.Value } roll ? FleetRoll.Read(roll.Value) : [];
            there.RemoveAll(member => own.Contains(member.Id));
            before ??= there.ToDictionary(static member => member.Id, static member => member.SeenAt, StringComparer.Ordinal);
            // What an earlier move left there does not change.
            if (there.Exists(member => !before.TryGetValue(member.Id, out var seenAt) || seenAt != member.SeenAt)) throw new MigrationStoppedException("Instances that do not use the old server use the new one already. Stop them, or name another server.");
            if (there.Count == 0 || time.GetElapsedTime(began) > FleetRoll.Beat + s_atLeast) return;
            await Task.Delay(s_poll, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <returns>False when an instance does not let both decide, since it does not know all that the new server missed: only another copy helps.</returns>
    public async Task<bool> ReachAsync(MigrationMark mark, string meaning, CancellationToken cancellationToken)
    {
        await lead.WriteAsync(mark, cancellationToken).ConfigureAwait(false);
        var outcome = await FollowAsync(isComplete: false, cancellationToken).ConfigureAwait(false);
        if (outcome == Following.NotInTime) throw new MigrationStoppedException($"Not every instance followed to phase {mark.Phase} in time. Look at their logs, then begin again or abort.");
        if (outcome == Following.All) tell($"{meaning} ({Followers} {(Followers == 1 ? "instance" : "instances")})");
        return outcome == Following.All;
    }

    /// <summary>
    /// Waits until every instance has followed to where the mark is. Whoever runs and reaches the old server is on the roll; whoever
    /// does not reach it leaves it alone until it has looked.
    /// </summary>
    /// <param name="isComplete">Whether the new server must have got all that they wrote.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Following> FollowAsync(bool isComplete, CancellationToken cancellationToken)
    {
        var mark = lead.Mark!;
        var isDone = mark.Phase == MigrationPhase.Done;
        var atLeast = isComplete || isDone ? TimeSpan.Zero : s_atLeast;
        var began = time.GetTimestamp();
        while (true)
        {
            await lead.CheckAsync(cancellationToken).ConfigureAwait(false);
            var present = await _roll.PresentAsync(isDone ? [from, to!] : [from], cancellationToken).ConfigureAwait(false);
            if ((isComplete || mark.Phase == MigrationPhase.Dual) && present.Any(static instance => instance.Fact.EndsWith(":-1", StringComparison.Ordinal))) return Following.Missing;
            var waited = time.GetElapsedTime(began);
            if (waited >= atLeast && (present.Count > 0 || isDone || !needsInstances) && present.All(instance => HasFollowed(instance, mark, isComplete)))
            {
                Followers = present.Count;
                return Following.All;
            }

            if (waited >= s_patience) return present.Count == 0 && needsInstances ? throw NoInstance() : Following.NotInTime;
            await Task.Delay(s_poll, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private bool HasFollowed(RollCall.Present instance, MigrationMark mark, bool isComplete) => mark.Phase switch
    {
        MigrationPhase.Steady => !instance.Fact.StartsWith($"{mark.Id}:", StringComparison.Ordinal),
        // One that was started anew, with the new address, tells of no move.
        MigrationPhase.Done => instance.Server == to && (instance.Fact.StartsWith($"{mark.Id}:{mark.Phase}:", StringComparison.Ordinal) || !instance.Fact.StartsWith($"{mark.Id}:", StringComparison.Ordinal)),
        _ => instance.Fact.StartsWith($"{mark.Id}:{mark.Phase}:{mark.Round}:", StringComparison.Ordinal) && (!isComplete || instance.Fact.EndsWith(":0", StringComparison.Ordinal)),
    };

    private static MigrationStoppedException NoInstance() => new("No running instance announces itself on the old server. Check --from, and that the instances run; when none is to run, say --no-instances.");
}
