using EmrSim.SessionStore.Tiered;

namespace EmrSim.SessionStore.Migration;

/// <summary>
/// The mark as the one who leads a move last read or wrote it. It is changed only as long as it is still that one: of two who lead
/// at once, the later goes on and the earlier stops.
/// </summary>
internal sealed class MigrationLead(IStoreTier from, StampClock clock)
{
    private Stamp? _stamp;

    /// <summary>Null when no move was ever begun; one that was aborted is steady.</summary>
    public MigrationMark? Mark { get; private set; }

    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var found = await from.GetAsync(MigrationMark.Key, cancellationToken).ConfigureAwait(false);
        Mark = found is { } mark ? MigrationMark.Of(mark) : null;
        _stamp = found is { Kind: EntryKind.Value } ? found.Value.Stamp : null;
    }

    public async Task WriteAsync(MigrationMark mark, CancellationToken cancellationToken)
    {
        var envelope = mark.Seal(_stamp is { } read ? clock.After(read) : clock.Next(), clock.NowMs);
        var write = await PutAsync(envelope, cancellationToken).ConfigureAwait(false);
        // What was removed there before, by a clock that is ahead.
        if (write.Newer is { } newer) write = await PutAsync(envelope = envelope with { Stamp = clock.After(newer) }, cancellationToken).ConfigureAwait(false);
        if (!write.Written) await StopAsync(cancellationToken).ConfigureAwait(false);
        (Mark, _stamp) = (mark, envelope.Stamp);
    }

    /// <summary>Throws when someone else has changed the mark meanwhile.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if ((await from.GetAsync(MigrationMark.Key, cancellationToken).ConfigureAwait(false))?.Stamp != _stamp) await StopAsync(cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<TierWrite> PutAsync(Envelope envelope, CancellationToken cancellationToken) =>
        _stamp is { } read ? from.ReplaceAsync(MigrationMark.Key, envelope, read, cancellationToken) : from.AddAsync(MigrationMark.Key, envelope, cancellationToken);

    private async Task StopAsync(CancellationToken cancellationToken) => throw new MigrationStoppedException(
        await MigrationMark.ReadAsync(from, cancellationToken).ConfigureAwait(false) switch
        {
            null => "The old server no longer knows of the move: it lost its data. Begin again.",
            { Phase: MigrationPhase.Steady } => "The move was aborted meanwhile; this run stops.",
            _ => "Another run leads the move now; this one stops.",
        });
}
