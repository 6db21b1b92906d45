using Npgsql;

namespace EmrSim.Server.Storage;

/// <summary>
/// A connection to PostgreSQL that holds an advisory lock: every server shares it while it runs, and a restore needs it alone. The
/// server releases it with the connection, however that ends.
/// </summary>
internal sealed class ServingConnection : IAsyncDisposable
{
    public const string Name = "emrsim serving";
    private const long Lock = 0x454D52736572;
    private readonly NpgsqlConnection _held;

    private ServingConnection(NpgsqlConnection held) => _held = held;

    /// <summary>Null while a restore is under way.</summary>
    public static Task<ServingConnection?> TryShareAsync(string connectionString, CancellationToken cancellationToken) =>
        TryAsync(connectionString, Name, $"SELECT pg_try_advisory_lock_shared({Lock})", cancellationToken);

    /// <summary>Null while a server runs.</summary>
    public static Task<ServingConnection?> TryExcludeAsync(string connectionString, CancellationToken cancellationToken) =>
        TryAsync(connectionString, "emrsim restore", $"SELECT pg_try_advisory_lock({Lock})", cancellationToken);

    /// <summary>Who serves from this database, as the database sees them.</summary>
    public static async Task<IReadOnlyList<string>> ServersAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(connectionString, "emrsim restore", cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT coalesce(host(client_addr), 'this machine') || ' since ' || to_char(backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') FROM pg_stat_activity WHERE datname = current_database() AND application_name = '{Name}' ORDER BY backend_start";
        var servers = new List<string>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) servers.Add(rows.GetString(0));
        return servers;
    }

    /// <summary>Whether the connection, and with it the lock, still stands.</summary>
    public async Task<bool> StandsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var command = _held.CreateCommand();
            command.CommandText = "SELECT 1";
            return await command.ExecuteScalarAsync(cancellationToken) is not null;
        }
        catch (Exception problem) when (problem is NpgsqlException or InvalidOperationException or TimeoutException)
        {
            return false;
        }
    }

    public ValueTask DisposeAsync() => _held.DisposeAsync();

    private static async Task<ServingConnection?> TryAsync(string connectionString, string name, string sql, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(connectionString, name, cancellationToken);
        try
        {
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            if (await command.ExecuteScalarAsync(cancellationToken) is true) return new(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        await connection.DisposeAsync();
        return null;
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString, string name, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = name, KeepAlive = 30 }.ConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}
