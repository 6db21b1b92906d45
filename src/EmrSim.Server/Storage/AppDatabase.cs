using System.Data.Common;
using System.Threading.Channels;
using EmrSim.Server.Http;
using EmrSim.Server.Operations;
using EmrSim.Server.Settings;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace EmrSim.Server.Storage;

/// <summary>The application's one database, SQLite or PostgreSQL. Writes of one moment share a transaction (group commit).</summary>
public sealed class AppDatabase : IAsyncDisposable
{
    private static readonly TimeSpan s_tryAgain = TimeSpan.FromSeconds(2);

    private readonly IDatabaseDriver _driver;
    private readonly ILogger<AppDatabase> _log;
    private readonly TimeProvider _clock;
    private readonly Lazy<GroupCommit[]> _writers;
    private readonly Lazy<DbDataSource> _dataSource;
    private readonly SemaphoreSlim _opening = new(1);
    private bool _open;

    public AppDatabase(StorageSettings settings, TimeProvider clock, ILogger<AppDatabase> log)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _log = log;
        _clock = clock;
        _driver = settings.ConnectionUrl is { } address ? new PostgresDriver(address) : new SqliteDriver(settings.SqlitePath, clock);
        _writers = new(() => [.. Enumerable.Range(0, _driver.Writers).Select(_ => new GroupCommit(_driver, Translate))]);
        _dataSource = new(() => _driver.Dialect == Dialect.Sqlite
            ? SqliteFactory.Instance.CreateDataSource(_driver.ConnectionString)
            : NpgsqlFactory.Instance.CreateDataSource(_driver.ConnectionString));
    }

    public Dialect Dialect => _driver.Dialect;

    /// <summary>For other users of the same database; holds the password.</summary>
    public string ConnectionString => _driver.ConnectionString;

    /// <summary>Plain pooled connections to the same database, outside the group commit.</summary>
    public DbDataSource DataSource => _dataSource.Value;

    /// <summary>Where the data is, in words that may be shown.</summary>
    public string Location => _driver.Location;

    /// <summary>Makes the database ready. Throws <see cref="StartRefusedException"/> with one line that says what to do.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_open) return;
            await using var connection = await _driver.OpenForMigrationAsync(cancellationToken);
            var applied = await SchemaMigrations.ApplyAsync(_driver, connection, _clock, cancellationToken);
            foreach (var migration in applied) _log.Migrated(migration);
            _open = true;
        }
        catch (Exception exception) when (exception is DbException or TimeoutException)
        {
            throw new StartRefusedException($"The database cannot be used ({Location}): {exception.Message.ReplaceLineEndings(" ")} {Remedy}", exception);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>
    /// Runs <paramref name="work"/> in a transaction that it may share with other writers, and answers after the commit.
    /// The work may be run again when a transaction it shared fails, so it changes nothing but the database.
    /// Cancelling helps until the work has begun; from then on the outcome is waited for.
    /// </summary>
    /// <param name="lane">Work of one lane never runs at the same time; use the encounter id.</param>
    public async Task<T> WriteAsync<T>(string lane, Func<DbConnection, DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lane);
        var writers = _writers.Value;
        try
        {
            return await writers[writers.Length == 1 ? 0 : (int)((uint)lane.GetHashCode(StringComparison.Ordinal) % writers.Length)].RunAsync(lane, work, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw Unavailable();
        }
    }

    /// <summary>Reads on a connection of its own, from the newest commit.</summary>
    public async Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        try
        {
            try
            {
                return await ReadOnceAsync(query, cancellationToken);
            }
            catch (Exception stale) when (_driver.IsUnavailable(stale) && !_driver.IsLasting(stale))
            {
                // The pool may hold connections that died while nobody used them.
                return await ReadOnceAsync(query, cancellationToken);
            }
        }
        catch (Exception exception) when (_driver.IsUnavailable(exception))
        {
            throw Translate(exception);
        }
    }

    /// <summary>Whether the database answers now.</summary>
    public async Task<bool> PingAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(
                static async (connection, token) =>
                {
                    await using var command = connection.CreateCommand();
                    command.CommandText = "SELECT count(*) FROM schema_version";
                    return await command.ExecuteScalarAsync(token) is not null;
                },
                cancellationToken);
        }
        catch (Exception exception) when (exception is ApiErrorException or DbException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_writers.IsValueCreated)
        {
            foreach (var writer in _writers.Value) await writer.DisposeAsync();
        }

        if (_dataSource.IsValueCreated) await _dataSource.Value.DisposeAsync();
        await _driver.DisposeAsync();
        _opening.Dispose();
    }

    private async Task<T> ReadOnceAsync<T>(Func<DbConnection, CancellationToken, Task<T>> query, CancellationToken cancellationToken)
    {
        var connection = await _driver.RentAsync(cancellationToken);
        try
        {
            var answer = await query(connection, cancellationToken);
            await _driver.ReturnAsync(connection);
            return answer;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private string Remedy => Dialect == Dialect.Sqlite
        ? "Check that the file is a database, is writable and not locked, and that the disk has room; or name another with SQLITE_PATH."
        : "Check DATABASE_URL and that the server runs and lets this user in.";

    private static ApiErrorException Unavailable() =>
        new(ApiError.Unavailable("storage_unavailable", "The database cannot be reached or written just now; nothing was acknowledged, so send the request again.", s_tryAgain));

    private Exception Translate(Exception exception)
    {
        if (!_driver.IsUnavailable(exception)) return exception;
        _log.Unavailable(Location, exception.Message);
        return Unavailable();
    }
}
