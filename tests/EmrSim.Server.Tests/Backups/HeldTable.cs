using Npgsql;

namespace EmrSim.Server.Tests.Backups;

/// <summary>A table beside the product's that is locked: pg_dump copies it too, and so stops in the middle until it is let go.</summary>
internal sealed class HeldTable : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private HeldTable(NpgsqlConnection connection) => _connection = connection;

    public static async Task<HeldTable> OpenAsync(string address)
    {
        var url = new Uri(address);
        var held = new HeldTable(new($"Host={url.Host};Port={url.Port};Username=postgres;Database={url.AbsolutePath.Trim('/')};Pooling=false"));
        await held._connection.OpenAsync(TestContext.Current.CancellationToken);
        foreach (var step in (string[])["CREATE TABLE zz_held (n int)", "BEGIN", "LOCK TABLE zz_held IN ACCESS EXCLUSIVE MODE"]) await held.RunAsync(step);
        return held;
    }

    public async Task<bool> SomeoneWaitsAsync()
    {
        await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_locks WHERE relation = 'zz_held'::regclass AND NOT granted", _connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) is > 0L;
    }

    public Task LetGoAsync() => RunAsync("COMMIT");

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task RunAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
