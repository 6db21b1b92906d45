namespace EmrSim.SessionStore.Tiered;

/// <summary>A tier to which many small entries can go as one command: they cost the requests beside them less.</summary>
internal interface IManyAtOnce
{
    /// <summary>False where the keys may be on several servers.</summary>
    bool TakesMany { get; }

    /// <summary>Writes each unless a newer envelope is there; tells of each whether it stands now.</summary>
    ValueTask<bool[]> SetManyAsync(IReadOnlyList<HeldEntry> entries, CancellationToken cancellationToken);
}
