using System.Data.Common;

namespace EmrSim.Server.Storage;

/// <summary>The application's one database, SQLite or PostgreSQL. Writes of one moment share a transaction (group commit).</summary>
public sealed class AppDatabase
{
    /// <summary>
    /// Runs <paramref name="work"/> in a transaction that it may share with other writers, and answers after the commit.
    /// The work may be run again when a transaction it shared fails, so it changes nothing but the database.
    /// </summary>
    /// <param name="lane">Work of one lane never runs at the same time; use the encounter id.</param>
    public Task<T> WriteAsync<T>(string lane, Func<DbConnection, DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken) => throw new NotSupportedException(lane);

    /// <summary>Reads on a connection of its own, from the newest commit.</summary>
    public Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> query, CancellationToken cancellationToken) => throw new NotSupportedException();
}
