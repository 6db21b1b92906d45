using EmrSim.Server.Encounters;
using EmrSim.Server.Live;
using EmrSim.Server.Settings;
using EmrSim.Server.Storage;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Transcripts;
using Microsoft.Extensions.Logging.Abstractions;

[assembly: AssemblyFixture(typeof(EmrSim.Server.Tests.Storage.PostgresInstallation))]
[assembly: AssemblyFixture(typeof(EmrSim.Server.Tests.Storage.SqliteInstallation))]

namespace EmrSim.Server.Tests.Storage;

/// <summary>A kind of database to hold the product to the same rules on, with a server that tests may share when they do not mind each other.</summary>
public abstract class Installation : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1);
    private Place? _place;
    private ServerProcess? _shared;

    /// <summary>A database of one's own.</summary>
    public abstract Task<Place> NewPlaceAsync();

    public async Task<ServerProcess> ServerAsync()
    {
        await _starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            _place ??= await NewPlaceAsync();
            return _shared ??= await _place.StartAsync();
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>The shared server's database opened beside it, as another instance would.</summary>
    public async Task<Beside> BesideAsync()
    {
        await ServerAsync();
        return await Beside.OpenAsync(_place!);
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (_shared is not null) await _shared.DisposeAsync();
        _place?.Dispose();
        _starting.Dispose();
        GC.SuppressFinalize(this);
    }
}

public sealed class SqliteInstallation : Installation
{
    public override Task<Place> NewPlaceAsync() => Task.FromResult(new Place(null));
}

public sealed class PostgresInstallation : Installation
{
    private readonly PostgresServer _server = new();

    public override async Task<Place> NewPlaceAsync() => new(await _server.CreateDatabaseAsync());

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
    }
}

/// <summary>A data directory and, when it is not SQLite inside it, the database's address.</summary>
public sealed class Place(string? address) : IDisposable
{
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("emrsim-place-").FullName;

    public string SqliteFile => Path.Combine(Directory, "emrsim.db");

    public StorageSettings Storage => new(Directory, SqliteFile, address, null, null);

    public IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>(address is null ? [] : [new("DATABASE_URL", address)])
    {
        ["LIMIT_RELAY_PER_SESSION"] = "0",
        ["LIMIT_RELAY_PER_ADDRESS"] = "0",
        ["LIMIT_SESSIONS_PER_ADDRESS"] = "0",
        ["LIMIT_MESSAGES_PER_SESSION"] = "0",
    };

    public Task<ServerProcess> StartAsync() => ServerProcess.StartAsync(Settings, Directory);

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}

/// <summary>The parts below HTTP, on a real database.</summary>
public sealed class Beside : IAsyncDisposable
{
    private Beside(AppDatabase database)
    {
        Database = database;
        var log = new EncounterLog(database, TimeProvider.System);
        var journal = new TurnJournal(log, TimeProvider.System);
        Encounters = new(database, log, Feed, TimeProvider.System);
        Transcripts = new(database, journal, Feed, TimeProvider.System);
    }

    public AppDatabase Database { get; }

    public LiveFeed Feed { get; } = new();

    public EncounterRegister Encounters { get; }

    public TranscriptLog Transcripts { get; }

    public static async Task<Beside> OpenAsync(Place place)
    {
        var database = new AppDatabase(place.Storage, TimeProvider.System, NullLogger<AppDatabase>.Instance);
        await database.OpenAsync(TestContext.Current.CancellationToken);
        return new(database);
    }

    public Task<int> RunAsync(string sql) => Database.WriteAsync(
        "test",
        async (connection, transaction, token) =>
        {
            await using var command = connection.CreateCommand();
            (command.CommandText, command.Transaction) = (sql, transaction);
            return await command.ExecuteNonQueryAsync(token);
        },
        TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
