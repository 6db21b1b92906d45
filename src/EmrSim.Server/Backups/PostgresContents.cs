using System.Globalization;
using Npgsql;

namespace EmrSim.Server.Backups;

/// <summary>What the tables of a PostgreSQL database hold: rows and a digest of each.</summary>
internal static class PostgresContents
{
    /// <summary>What is short-lived would be too old when it is put back.</summary>
    public const string ShortLived = "session_store_entry";

    public static async Task<string> SchemaAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await TextAsync(connection, "SELECT current_schema()", cancellationToken) is { Length: > 0 } schema ? schema : throw new BackupRefusedException("The user of DATABASE_URL has no schema to work in (search_path).");

    public static async Task<DatabaseContents> DescribeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await using (var command = new NpgsqlCommand($"SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace AND relname <> '{ShortLived}' ORDER BY relname", connection))
        {
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken)) names.Add(rows.GetString(0));
        }

        var tables = new List<TableContents>();
        foreach (var name in names)
        {
            await using var command = new NpgsqlCommand($"SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0)::text FROM \"{name}\" t", connection);
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            await row.ReadAsync(cancellationToken);
            tables.Add(new(name, row.GetInt64(0), row.GetString(1)));
        }

        var schema = names.Contains("schema_version") ? int.Parse(await TextAsync(connection, "SELECT coalesce(max(version), 0) FROM schema_version", cancellationToken), CultureInfo.InvariantCulture) : 0;
        return new("postgresql", connection.PostgreSqlVersion.ToString(), schema, tables);
    }

    public static async Task<string> TextAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToString(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture) ?? "";
    }

    public static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
