using System.Data.Common;
using Npgsql;

namespace EmrSim.Server.Storage;

internal sealed class PostgresDriver : IDatabaseDriver
{
    private const long MigrationLock = 0x454D5273696D;

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnectionStringBuilder _builder;

    public PostgresDriver(string address)
    {
        ConnectionString = PostgresAddress.ToConnectionString(address);
        _builder = new(ConnectionString);
        _source = NpgsqlDataSource.Create(ConnectionString);
    }

    public Dialect Dialect => Dialect.Postgres;

    public string ConnectionString { get; }

    public string Location => $"PostgreSQL, {_builder.Host}:{_builder.Port}/{_builder.Database}";

    public int Writers => 4;

    public async Task<DbConnection> OpenForMigrationAsync(CancellationToken cancellationToken)
    {
        // Tables may be large and another instance may be at it, so a migration is given more time than a request.
        var patient = new NpgsqlConnectionStringBuilder(ConnectionString) { CommandTimeout = 600, Pooling = false };
        var connection = new NpgsqlConnection(patient.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = $"SET lock_timeout = '30s'; SELECT pg_advisory_lock({MigrationLock});";
        await command.ExecuteNonQueryAsync(cancellationToken);
        return connection;
    }

    public async Task<DbConnection> OpenAsync(CancellationToken cancellationToken) => await _source.OpenConnectionAsync(cancellationToken);

    public async ValueTask<DbConnection> RentAsync(CancellationToken cancellationToken) => await _source.OpenConnectionAsync(cancellationToken);

    public ValueTask ReturnAsync(DbConnection connection) => connection.DisposeAsync();

    public ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken) => connection.BeginTransactionAsync(cancellationToken);

    // Of what the server itself says: connection, resources, intervention by an operator, lock not available, lost serialization.
    public bool IsUnavailable(Exception exception) => exception switch
    {
        PostgresException told => told.SqlState[..2] is "08" or "53" or "57" or "58" or "40" or "25" || told.SqlState == "55P03",
        NpgsqlException or TimeoutException => true,
        _ => false,
    };

    public bool IsLasting(Exception exception) => exception is TimeoutException or NpgsqlException { InnerException: TimeoutException };

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
