using System.Globalization;
using EmrSim.Server.Storage;
using Microsoft.Data.Sqlite;

namespace EmrSim.Server.Backups;

/// <summary>SQLite by its online backup: a reader's snapshot in one step, beside which writers go on.</summary>
internal sealed class SqliteCopy(string path, TimeProvider clock) : IDatabaseCopy
{
    // What is short-lived would be too old when it is put back.
    private const string ShortLived = "session_store_entry";
    private readonly string _path = Path.GetFullPath(path);

    public string Kind => "sqlite";

    public string FileName => "database.db";

    public async Task<DatabaseContents> DumpAsync(string directory, CancellationToken cancellationToken)
    {
        if (!File.Exists(_path)) throw new BackupRefusedException($"There is no database at {_path} yet: start the server once, or set DATA_DIR or SQLITE_PATH.");
        var file = Path.Combine(directory, FileName);
        try
        {
            await Task.Run(() => Copy(file), cancellationToken);
            await using var copy = await OpenAsync(file, cancellationToken);
            await RunAsync(copy, "PRAGMA journal_mode = DELETE", cancellationToken);
            if (await NumberAsync(copy, $"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '{ShortLived}'", cancellationToken) > 0) await RunAsync(copy, $"DELETE FROM {ShortLived}", cancellationToken);
            return await DescribeAsync(copy, cancellationToken);
        }
        catch (SqliteException problem)
        {
            throw new BackupRefusedException(IsFull(problem, directory)
                ? $"The disk of {Path.GetDirectoryName(directory)} is full. Make room, lower BACKUP_KEEP, or set BACKUP_DIR to a larger disk."
                : $"{_path} can't be copied: {problem.Message}", problem);
        }
    }

    public async Task<DatabaseContents> TryOutAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            await using var copy = await OpenAsync(file, cancellationToken);
            return await DescribeAsync(copy, cancellationToken);
        }
        catch (SqliteException problem)
        {
            throw new BackupRefusedException($"The database in it can't be opened: {problem.Message}", problem);
        }
    }

    public Task<IAsyncDisposable> ExcludeServersAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        return Task.FromResult<IAsyncDisposable>(ServingFile.TryExclude(_path)
            ?? throw new BackupRefusedException($"A server is running on {_path}. Stop it, every instance of it, and restore again."));
    }

    public async Task<bool> HoldsDataAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(_path) || new FileInfo(_path).Length == 0) return false;
        try
        {
            await using var present = await OpenAsync(_path, cancellationToken);
            return await NumberAsync(present, "SELECT count(*) FROM sqlite_master WHERE name = 'encounter'", cancellationToken) > 0
                && await NumberAsync(present, "SELECT count(*) FROM (SELECT 1 FROM encounter LIMIT 1)", cancellationToken) > 0;
        }
        catch (SqliteException)
        {
            // A damaged file may still be worth keeping.
            return true;
        }
    }

    public async Task<DatabaseContents> RestoreAsync(string file, Action<string> tell, CancellationToken cancellationToken)
    {
        var arriving = $"{_path}.restoring";
        File.Copy(file, arriving, overwrite: true);
        await using (var written = new FileStream(arriving, FileMode.Open, FileAccess.ReadWrite)) written.Flush(flushToDisk: true);
        var aside = $"{_path}.before-{clock.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture)}";

        // The log goes with its database: beside another one it would be taken for that one's.
        foreach (var part in (string[])["", "-wal", "-shm"])
        {
            if (!File.Exists(_path + part)) continue;
            File.Move(_path + part, aside + part);
            if (part.Length == 0) tell($"What was there is kept as {aside}; remove it when it is no longer needed.");
        }

        File.Move(arriving, _path);
        await using var present = await OpenAsync(_path, cancellationToken);
        return await DescribeAsync(present, cancellationToken);
    }

    // A journal that finds no room is told as an I/O error.
    private bool IsFull(SqliteException problem, string directory) =>
        problem.SqliteErrorCode == 13 || (problem.SqliteErrorCode == 10 && new DriveInfo(directory).AvailableFreeSpace < new FileInfo(_path).Length);

    private void Copy(string file)
    {
        using var source = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _path, Pooling = false, DefaultTimeout = 30 }.ConnectionString);
        using var target = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ConnectionString);
        source.Open();
        target.Open();
        source.BackupDatabase(target);
    }

    private static async Task<DatabaseContents> DescribeAsync(SqliteConnection connection, CancellationToken cancellationToken)
    {
        var sound = (string?)await AskAsync(connection, "PRAGMA integrity_check(1)", cancellationToken);
        if (sound != "ok") throw new BackupRefusedException($"The database is damaged ({sound}); older backups are kept. Restore one: emrsim backup list");
        var names = new List<string>();
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = $"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> '{ShortLived}' ORDER BY name";
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken)) names.Add(rows.GetString(0));
        }

        var tables = new List<TableContents>();
        foreach (var name in names) tables.Add(new(name, await NumberAsync(connection, $"SELECT count(*) FROM \"{name}\"", cancellationToken), null));
        var schema = names.Contains("schema_version") ? (int)await NumberAsync(connection, "SELECT coalesce(max(version), 0) FROM schema_version", cancellationToken) : 0;
        return new("sqlite", connection.ServerVersion, schema, tables);
    }

    private static async Task<SqliteConnection> OpenAsync(string file, CancellationToken cancellationToken)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 30 }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }

    private static async Task RunAsync(SqliteConnection connection, string sql, CancellationToken cancellationToken) => await AskAsync(connection, sql, cancellationToken);

    private static async Task<long> NumberAsync(SqliteConnection connection, string sql, CancellationToken cancellationToken) =>
        Convert.ToInt64(await AskAsync(connection, sql, cancellationToken), CultureInfo.InvariantCulture);

    private static async Task<object?> AskAsync(SqliteConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
