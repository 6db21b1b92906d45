using System.Data.Common;
using System.Globalization;
using System.Reflection;
using EmrSim.Server.Operations;

namespace EmrSim.Server.Storage;

/// <summary>Numbered SQL files, applied once each, in one transaction.</summary>
internal static class SchemaMigrations
{
    public static async Task<IReadOnlyList<string>> ApplyAsync(IDatabaseDriver driver, DbConnection connection, TimeProvider clock, CancellationToken cancellationToken)
    {
        var known = Known(driver.Dialect);
        await using var transaction = await driver.BeginWriteAsync(connection, cancellationToken);
        await RunAsync("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)");
        await using var newest = Command("SELECT coalesce(max(version), 0) FROM schema_version");
        var present = Convert.ToInt32(await newest.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
        if (present > known[^1].Version) throw new StartRefusedException($"The database ({driver.Location}) was written by a newer version of EMRsim (schema {present}, this program knows {known[^1].Version}). Start that version, or name another database.");

        var applied = known.Where(migration => migration.Version > present).ToList();
        foreach (var migration in applied)
        {
            await RunAsync(migration.Sql);
            await RunAsync($"INSERT INTO schema_version (version, name, applied_at) VALUES ({migration.Version}, '{migration.Name}', '{clock.GetUtcNow():O}')");
        }

        await transaction.CommitAsync(cancellationToken);
        return [.. applied.Select(migration => migration.Name)];

        DbCommand Command(string sql)
        {
            var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = sql;
            return command;
        }

        async Task RunAsync(string sql)
        {
            await using var command = Command(sql);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>The number of the newest migration that this program has.</summary>
    public static int Newest(Dialect dialect) => Known(dialect)[^1].Version;

    private static List<Migration> Known(Dialect dialect)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var folder = dialect == Dialect.Sqlite ? "migrations/sqlite/" : "migrations/postgres/";
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => Read(assembly, name, Path.GetFileNameWithoutExtension(name[folder.Length..])))];
    }

    private static Migration Read(Assembly assembly, string resource, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return new(int.Parse(name[..4], CultureInfo.InvariantCulture), name, reader.ReadToEnd());
    }

    private sealed record Migration(int Version, string Name, string Sql);
}
