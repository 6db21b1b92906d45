using System.Globalization;
using EmrSim.Server.Storage;
using Npgsql;

namespace EmrSim.Server.Backups;

/// <summary>PostgreSQL by pg_dump and pg_restore, and by the server's own counts of the same snapshot.</summary>
internal sealed class PostgresCopy : IDatabaseCopy
{
    private readonly NpgsqlConnectionStringBuilder _target;
    private readonly PostgresPrograms _programs;
    private readonly TimeProvider _clock;

    public PostgresCopy(string address, PostgresPrograms programs, TimeProvider clock)
    {
        // Counting a large table takes as long as it takes.
        _target = new(PostgresAddress.ToConnectionString(address)) { Pooling = false, CommandTimeout = 0, ApplicationName = "emrsim backup" };
        (_programs, _clock) = (programs, clock);
    }

    public string Kind => "postgresql";

    public string FileName => "database.dump";

    public Task<DatabaseContents> DumpAsync(string directory, CancellationToken cancellationToken) => AtServerAsync(async () =>
    {
        await using var connection = await OpenAsync(_target, cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var contents = await PostgresContents.DescribeAsync(connection, cancellationToken);
        if (contents.Schema == 0) throw new BackupRefusedException($"There is nothing of EMRsim in {_target.Database} on {_target.Host} yet: start the server once.");
        var snapshot = await PostgresContents.TextAsync(connection, "SELECT pg_export_snapshot()", cancellationToken);
        var schema = await PostgresContents.SchemaAsync(connection, cancellationToken);
        await _programs.RunAsync(
            "pg_dump", connection.PostgreSqlVersion.Major, _target, cancellationToken,
            "--format=custom", "--compress=0", "--no-owner", "--no-privileges", "--no-password", $"--snapshot={snapshot}", $"--table=\"{schema}\".*", $"--exclude-table-data=\"{schema}\".{PostgresContents.ShortLived}", $"--file={Path.Combine(directory, FileName)}");
        return contents;
    });

    public Task<DatabaseContents> TryOutAsync(string file, CancellationToken cancellationToken) => AtServerAsync(async () =>
    {
        var scratch = new NpgsqlConnectionStringBuilder(_target.ConnectionString) { Database = $"emrsim_verify_{Guid.NewGuid():N}" };
        await using var server = await OpenAsync(_target, cancellationToken);
        try
        {
            await PostgresContents.RunAsync(server, $"CREATE DATABASE {scratch.Database} TEMPLATE template0", cancellationToken);
        }
        catch (PostgresException refused) when (refused.SqlState == "42501")
        {
            throw new BackupRefusedException($"The user {_target.Username} may not make a scratch database. Let it (ALTER ROLE \"{_target.Username}\" CREATEDB), or name another server: --scratch postgres://user:password@host/postgres", refused);
        }

        try
        {
            await LoadAsync(file, server.PostgreSqlVersion.Major, scratch, cancellationToken);
            await using var restored = await OpenAsync(scratch, cancellationToken);
            return await PostgresContents.DescribeAsync(restored, cancellationToken);
        }
        finally
        {
            await PostgresContents.RunAsync(server, $"DROP DATABASE {scratch.Database} WITH (FORCE)", CancellationToken.None);
        }
    });

    public Task<IAsyncDisposable> ExcludeServersAsync(CancellationToken cancellationToken) => AtServerAsync(async () =>
    {
        if (await ServingConnection.TryExcludeAsync(_target.ConnectionString, cancellationToken) is { } alone) return (IAsyncDisposable)alone;
        var servers = await ServingConnection.ServersAsync(_target.ConnectionString, cancellationToken);
        throw new BackupRefusedException($"{servers.Count} servers are running on {_target.Database} ({string.Join(", ", servers)}). Stop every instance, and restore again.");
    });

    public Task<bool> HoldsDataAsync(CancellationToken cancellationToken) => AtServerAsync(async () =>
    {
        await using var connection = await OpenAsync(_target, cancellationToken);
        return await PostgresContents.TextAsync(connection, "SELECT to_regclass('encounter') IS NOT NULL", cancellationToken) == "True"
            && await PostgresContents.TextAsync(connection, "SELECT EXISTS (SELECT 1 FROM encounter)", cancellationToken) == "True";
    });

    public Task<DatabaseContents> RestoreAsync(string file, Action<string> tell, CancellationToken cancellationToken) => AtServerAsync(async () =>
    {
        await using var connection = await OpenAsync(_target, cancellationToken);
        var schema = await PostgresContents.SchemaAsync(connection, cancellationToken);
        var aside = $"before_{_clock.GetUtcNow().UtcDateTime.ToString("yyyyMMdd_HHmmss", CultureInfo.InvariantCulture)}";
        var hadTables = await PostgresContents.TextAsync(connection, "SELECT EXISTS (SELECT 1 FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace)", cancellationToken) == "True";
        try
        {
            await PostgresContents.RunAsync(connection, $"BEGIN; ALTER SCHEMA \"{schema}\" RENAME TO {aside}; CREATE SCHEMA \"{schema}\"; COMMIT", cancellationToken);
        }
        catch (PostgresException refused) when (refused.SqlState == "42501")
        {
            throw new BackupRefusedException($"The user {_target.Username} must own the database {_target.Database} and its schema {schema} for a restore.", refused);
        }

        try
        {
            await LoadAsync(file, connection.PostgreSqlVersion.Major, _target, cancellationToken);
        }
        catch
        {
            await PostgresContents.RunAsync(connection, $"BEGIN; DROP SCHEMA \"{schema}\" CASCADE; ALTER SCHEMA {aside} RENAME TO \"{schema}\"; COMMIT", CancellationToken.None);
            throw;
        }

        if (hadTables) tell($"What was there is kept in schema {aside}; when it is no longer needed: DROP SCHEMA {aside} CASCADE");
        else await PostgresContents.RunAsync(connection, $"DROP SCHEMA {aside}", cancellationToken);
        return await PostgresContents.DescribeAsync(connection, cancellationToken);
    });

    private Task LoadAsync(string file, int serverMajor, NpgsqlConnectionStringBuilder database, CancellationToken cancellationToken) => _programs.RunAsync(
        "pg_restore", serverMajor, database, cancellationToken,
        "--no-owner", "--no-privileges", "--no-password", "--single-transaction", "--exit-on-error", $"--dbname={database.Database}", file);

    private async Task<T> AtServerAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (PostgresException refused)
        {
            throw new BackupRefusedException($"PostgreSQL refuses ({_target.Host}:{_target.Port}/{_target.Database}): {refused.MessageText}", refused);
        }
        catch (Exception problem) when (problem is NpgsqlException or TimeoutException)
        {
            throw new BackupRefusedException($"PostgreSQL can't be reached ({_target.Host}:{_target.Port}/{_target.Database}). Check DATABASE_URL with: emrsim doctor", problem);
        }
    }

    private static async Task<NpgsqlConnection> OpenAsync(NpgsqlConnectionStringBuilder database, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(database.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            // The digests are made of rows as text, which these decide about.
            await PostgresContents.RunAsync(connection, "SET TimeZone = 'UTC'; SET DateStyle = 'ISO'; SET bytea_output = 'hex'; SET extra_float_digits = 3", cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
