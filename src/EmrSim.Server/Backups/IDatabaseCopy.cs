namespace EmrSim.Server.Backups;

/// <summary>How the one kind of database is copied out, tried and put back.</summary>
internal interface IDatabaseCopy
{
    /// <summary>sqlite or postgresql.</summary>
    string Kind { get; }

    /// <summary>The name of the copy inside a backup.</summary>
    string FileName { get; }

    /// <summary>Copies one moment of the database into <paramref name="directory"/> while others go on writing.</summary>
    Task<DatabaseContents> DumpAsync(string directory, CancellationToken cancellationToken);

    /// <summary>Restores the copy into a scratch place and gives what was found there; the place is removed again.</summary>
    Task<DatabaseContents> TryOutAsync(string file, CancellationToken cancellationToken);

    /// <summary>Keeps servers away until it is disposed; throws when some are running.</summary>
    Task<IAsyncDisposable> ExcludeServersAsync(CancellationToken cancellationToken);

    /// <summary>Whether there is anything that a restore would overwrite.</summary>
    Task<bool> HoldsDataAsync(CancellationToken cancellationToken);

    /// <summary>Puts the copy in the place of what is there, entirely or not at all, and gives what is there afterwards.</summary>
    Task<DatabaseContents> RestoreAsync(string file, Action<string> tell, CancellationToken cancellationToken);
}
