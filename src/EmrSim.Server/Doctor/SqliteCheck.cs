using System.Globalization;
using EmrSim.Server.Storage;
using Microsoft.Data.Sqlite;

namespace EmrSim.Server.Doctor;

internal static class SqliteCheck
{
    // Reading a larger file from end to end would keep the operator waiting.
    private const long LargestThatIsRead = 2L * 1024 * 1024 * 1024;

    public static async Task LookAsync(string path, Findings found, CancellationToken cancellationToken)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            JudgePlace(file, found);
            return;
        }

        try
        {
            await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file.FullName, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 4 }.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            var tables = Convert.ToInt64(await AskAsync(connection, "SELECT count(*) FROM sqlite_master WHERE name = 'schema_version'", cancellationToken), CultureInfo.InvariantCulture);
            found.Good("reachable", $"SQLite {connection.ServerVersion}, {file.FullName}, {DatabaseCheck.Size(file.Length)}");
            var present = tables == 0 ? 0 : Convert.ToInt32(await AskAsync(connection, "SELECT coalesce(max(version), 0) FROM schema_version", cancellationToken), CultureInfo.InvariantCulture);
            DatabaseCheck.JudgeSchema(present, SchemaMigrations.Newest(Dialect.Sqlite), found);
            await JudgeWritingAsync(connection, found, cancellationToken);
            if (file.Length <= LargestThatIsRead) await JudgeSoundnessAsync(connection, found, cancellationToken);
            DatabaseCheck.JudgeDisk(file.DirectoryName!, file.Length, found);
        }
        catch (SqliteException problem) when (problem.SqliteErrorCode is 11 or 26)
        {
            found.Fail("sound", $"{file.FullName} is damaged or no SQLite database: {problem.Message}", "Stop the server, keep the file, and restore the newest backup: emrsim backup list, then emrsim backup restore FILE --replace");
        }
        catch (SqliteException problem)
        {
            found.Fail("reachable", $"{file.FullName} can't be opened: {problem.Message}", "Check that the user who runs the server may read and write the file and its directory, and that the disk has room.");
        }
    }

    private static void JudgePlace(FileInfo file, Findings found)
    {
        var directory = file.Directory!;
        while (!directory.Exists && directory.Parent is { } parent) directory = parent;
        try
        {
            var probe = Path.Combine(directory.FullName, $".emrsim-doctor-{Guid.NewGuid():N}");
            using (new FileStream(probe, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose }))
            {
            }

            found.Note("reachable", $"{file.FullName} is not there yet; the first start makes it");
            DatabaseCheck.JudgeDisk(directory.FullName, 0, found);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            found.Fail("writable", $"{file.FullName} is not there and {directory.FullName} can't be written: {problem.Message}", "Set DATA_DIR to a directory that the user who runs the server may write.");
        }
    }

    private static async Task JudgeWritingAsync(SqliteConnection connection, Findings found, CancellationToken cancellationToken)
    {
        try
        {
            await AskAsync(connection, "BEGIN IMMEDIATE", cancellationToken);
            await AskAsync(connection, "ROLLBACK", cancellationToken);
            found.Good("writable", "a transaction can be begun");
        }
        catch (SqliteException problem) when (problem.SqliteErrorCode is 5 or 6)
        {
            found.Warn("writable", "another program held the database for 4 s", "Look for programs that keep the file open: fuser -v FILE");
        }
        catch (SqliteException problem)
        {
            found.Fail("writable", problem.Message, "Let the user who runs the server write the file and its directory.");
        }
    }

    private static async Task JudgeSoundnessAsync(SqliteConnection connection, Findings found, CancellationToken cancellationToken)
    {
        var told = (string?)await AskAsync(connection, "PRAGMA quick_check(1)", cancellationToken) ?? "";
        if (told == "ok") found.Good("sound", "every page can be read");
        else found.Fail("sound", told, "Stop the server, keep the file, and restore the newest backup: emrsim backup restore FILE --replace");
    }

    private static async Task<object?> AskAsync(SqliteConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
