using System.Data.Common;

namespace EmrSim.SessionStore;

/// <summary>The SQL that a database speaks.</summary>
public enum StoreDialect
{
    /// <summary>SQLite 3.35 or newer.</summary>
    Sqlite,

    /// <summary>PostgreSQL 12 or newer.</summary>
    PostgreSql,
}

/// <summary>The application's own database, in which the store keeps one table.</summary>
/// <param name="Dialect">The SQL that it speaks.</param>
/// <param name="OpenAsync">Opens a connection that the store disposes.</param>
public sealed record StoreDatabase(StoreDialect Dialect, Func<CancellationToken, ValueTask<DbConnection>> OpenAsync)
{
    /// <summary>Whether other instances see what is written there: false for a file that only this process uses.</summary>
    public bool IsShared { get; init; } = true;
}
