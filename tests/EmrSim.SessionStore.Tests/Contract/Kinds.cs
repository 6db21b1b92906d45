using Microsoft.Data.Sqlite;
using Npgsql;

namespace EmrSim.SessionStore.Tests.Contract;

public sealed class OnMemory : StoreContract
{
    protected override string FirstTier => "memory";

    protected override ValueTask<SessionStoreOptions> OptionsAsync() => new(new SessionStoreOptions());
}

public sealed class OnSqlite : StoreContract
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"emrsim-store-{Guid.NewGuid():N}.db");

    protected override string FirstTier => "database";

    protected override ValueTask<SessionStoreOptions> OptionsAsync() => new(new SessionStoreOptions { Database = Databases.Sqlite(_file), DatabaseTimeout = TimeSpan.FromSeconds(5) });

    protected override ValueTask CloseAsync()
    {
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*")) File.Delete(file);
        return ValueTask.CompletedTask;
    }
}

public sealed class OnPostgres(PostgresServer server) : StoreContract, IClassFixture<PostgresServer>
{
    private string? _address;

    protected override string FirstTier => "database";

    protected override async ValueTask<SessionStoreOptions> OptionsAsync()
    {
        _address ??= await server.CreateDatabaseAsync();
        return new() { Database = Databases.Postgres(_address), DatabaseTimeout = TimeSpan.FromSeconds(5) };
    }
}

public abstract class OnRedis : StoreContract
{
    private RedisServer? _server;

    protected override string FirstTier => "redis";

    protected override async ValueTask<SessionStoreOptions> OptionsAsync()
    {
        if (_server is null)
        {
            _server = Prepare();
            await _server.RunAsync();
        }

        Assert.True(StoreUrl.TryParse(Address(_server), out var url, out var problem), problem);
        return new() { Server = url, OperationTimeout = TimeSpan.FromSeconds(2), Breaker = new() { SlowAfter = TimeSpan.FromSeconds(1) } };
    }

    protected abstract RedisServer Prepare();

    protected virtual string Address(RedisServer server) => server.Url;

    protected override ValueTask CloseAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}

public sealed class OnBareRedis : OnRedis
{
    protected override RedisServer Prepare() => RedisServer.Prepare([]);
}

public sealed class OnRedisWithAPassword : OnRedis
{
    protected override RedisServer Prepare() => RedisServer.Prepare(["--requirepass", "p@ss:w/rd"], static options => options.Password = "p@ss:w/rd");

    protected override string Address(RedisServer server) => $"redis://:p%40ss%3Aw%2Frd@127.0.0.1:{server.Port}";
}

public sealed class OnRedisWithAUserAndADatabaseNumber : OnRedis
{
    protected override RedisServer Prepare() => RedisServer.Prepare(["--user", "emrsim", "on", ">secret", "~*", "&*", "+@all"]);

    protected override string Address(RedisServer server) => $"redis://emrsim:secret@127.0.0.1:{server.Port}/5";
}

public sealed class OnRedisWithTls : OnRedis
{
    private string _authority = "";

    protected override RedisServer Prepare()
    {
        var server = RedisServer.Prepare(
            ["--port", "0", "--tls-port", "{port}", "--tls-cert-file", "{dir}/server.pem", "--tls-key-file", "{dir}/server.key", "--tls-ca-cert-file", "{dir}/ca.pem", "--tls-auth-clients", "no"],
            static options =>
            {
                options.Ssl = true;
                options.CertificateValidation += static (_, certificate, _, _) => certificate?.Issuer == "CN=EMRsim test authority";
            });
        _authority = Certificates.Write(server.Folder);
        return server;
    }

    protected override string Address(RedisServer server) => $"rediss://localhost:{server.Port}/0?ca={Uri.EscapeDataString(_authority)}";
}

internal static class Databases
{
    public static StoreDatabase Sqlite(string file) => new(StoreDialect.Sqlite, async cancellationToken =>
    {
        var connection = new SqliteConnection($"Data Source={file};Default Timeout=5");
        await connection.OpenAsync(cancellationToken);
        return connection;
    });

    public static StoreDatabase Postgres(string address)
    {
        var url = new Uri(address);
        var source = NpgsqlDataSource.Create($"Host={url.Host};Port={url.Port};Username=postgres;Database={url.AbsolutePath.Trim('/')};Maximum Pool Size=20");
        return new(StoreDialect.PostgreSql, async cancellationToken => await source.OpenConnectionAsync(cancellationToken));
    }
}
