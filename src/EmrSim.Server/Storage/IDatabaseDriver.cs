using System.Data.Common;

namespace EmrSim.Server.Storage;

/// <summary>What differs between the two kinds of database.</summary>
internal interface IDatabaseDriver : IAsyncDisposable
{
    Dialect Dialect { get; }

    string ConnectionString { get; }

    /// <summary>Where the data is, in words that may be shown.</summary>
    string Location { get; }

    /// <summary>How many transactions may commit side by side.</summary>
    int Writers { get; }

    /// <summary>Makes the place ready and gives a connection that no other process migrates beside.</summary>
    Task<DbConnection> OpenForMigrationAsync(CancellationToken cancellationToken);

    Task<DbConnection> OpenAsync(CancellationToken cancellationToken);

    ValueTask<DbConnection> RentAsync(CancellationToken cancellationToken);

    ValueTask ReturnAsync(DbConnection connection);

    /// <summary>A transaction that holds whatever lock a writer needs from its beginning.</summary>
    ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>Whether the database, and not the caller, is to blame, so that trying again later may help.</summary>
    bool IsUnavailable(Exception exception);

    /// <summary>Whether another connection would fare no better at this moment.</summary>
    bool IsLasting(Exception exception);
}
