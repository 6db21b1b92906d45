using System.Collections.Concurrent;
using System.Data.Common;
using EmrSim.Server.Operations;
using Microsoft.Data.Sqlite;

namespace EmrSim.Server.Storage;

internal sealed class SqliteDriver : IDatabaseDriver
{
    private const int MostIdleReaders = 16;
    private const int Busy = 5;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly string _path;
    private readonly string _unpooled;
    private readonly TimeProvider _clock;
    private readonly ConcurrentBag<DbConnection> _idle = [];

    public SqliteDriver(string path, TimeProvider clock)
    {
        _path = Path.GetFullPath(path);
        _clock = clock;
        var builder = new SqliteConnectionStringBuilder { DataSource = _path, ForeignKeys = true, DefaultTimeout = 4 };
        ConnectionString = builder.ConnectionString;
        builder.Pooling = false;
        _unpooled = builder.ConnectionString;
    }

    public Dialect Dialect => Dialect.Sqlite;

    public string ConnectionString { get; }

    public string Location => $"SQLite, {_path}";

    public int Writers => 1;

    public async Task<DbConnection> OpenForMigrationAsync(CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"The data directory {Path.GetDirectoryName(_path)} cannot be made: {exception.Message} Set DATA_DIR to a directory that can be written.", exception);
        }

        // Two processes that turn a new file to WAL at once collide without the busy handler being asked.
        var begun = _clock.GetTimestamp();
        while (true)
        {
            try
            {
                return await OpenAsync(cancellationToken);
            }
            catch (SqliteException exception) when (exception.SqliteErrorCode == Busy && _clock.GetElapsedTime(begun) < s_patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), _clock, cancellationToken);
            }
        }
    }

    public async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(_unpooled);
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA busy_timeout = 4000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = MEMORY;";
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public ValueTask<DbConnection> RentAsync(CancellationToken cancellationToken) =>
        _idle.TryTake(out var connection) ? new(connection) : new(OpenAsync(cancellationToken));

    public ValueTask ReturnAsync(DbConnection connection)
    {
        if (_idle.Count >= MostIdleReaders) return connection.DisposeAsync();
        _idle.Add(connection);
        return default;
    }

    public ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken) =>
        new(((SqliteConnection)connection).BeginTransaction(deferred: false));

    // busy, locked, no memory, read-only, I/O error, corrupt, full, cannot open, locking protocol, not a database
    public bool IsUnavailable(Exception exception) => exception is SqliteException { SqliteErrorCode: 5 or 6 or 7 or 8 or 10 or 11 or 13 or 14 or 15 or 26 };

    public bool IsLasting(Exception exception) => IsUnavailable(exception);

    public async ValueTask DisposeAsync()
    {
        while (_idle.TryTake(out var connection)) await connection.DisposeAsync();
    }
}
