using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Voice;

namespace EmrSim.Fleet.Tests.Instances;

/// <summary>Some instances on one Redis, one database and one voice service, each with its own way to Redis.</summary>
public sealed class RunningFleet : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly string _data = Directory.CreateTempSubdirectory("emrsim-fleet-").FullName;

    private RunningFleet(StoreServers servers, FakeUpstream upstream, PostgresServer? postgres) => (Servers, Upstream, Postgres) = (servers, upstream, postgres);

    public StoreServers Servers { get; }

    public RedisServer Redis => Servers.Redis!;

    public PostgresServer? Postgres { get; }

    public string? Database { get; private set; }

    public string Data => _data;

    public FakeUpstream Upstream { get; }

    public IReadOnlyList<Instance> Instances { get; private set; } = [];

    /// <summary>False while a fault is on, and from then on when the fleet did not get over it.</summary>
    public bool IsWhole { get; set; } = true;

    /// <summary>Without a PostgreSQL the instances share one SQLite file.</summary>
    public static async Task<RunningFleet> StartAsync(int instances, PostgresServer? postgres, Func<Task<StoreServers>> servers)
    {
        ArgumentNullException.ThrowIfNull(servers);
        var fleet = new RunningFleet(await servers(), await FakeUpstream.StartAsync(), postgres);
        var settings = new Dictionary<string, string>(fleet.Upstream.Settings);

        // Limits count in the session store and refuse nothing.
        foreach (var limit in (string[])["TOKEN_PER_SESSION", "TOKEN_PER_ADDRESS", "SESSIONS_PER_ADDRESS", "RELAY_PER_SESSION", "RELAY_PER_ADDRESS", "MESSAGES_PER_SESSION"])
            settings[$"LIMIT_{limit}"] = "1000000";
        if (postgres is not null) settings["DATABASE_URL"] = fleet.Database = await postgres.CreateDatabaseAsync();
        if (fleet.Servers.Url is { } url) settings["REDIS_URL"] = url;
        if (fleet.Servers.Password is { } password) settings["REDIS_PASSWORD"] = password;
        fleet.Instances = [.. Enumerable.Range(0, instances).Select(n => new Instance($"{(char)('A' + n)}", settings, fleet._data, fleet.Servers.Link()))];
        await Task.WhenAll(fleet.Instances.Select(instance => instance.StartAsync()));
        await fleet.HealthyAsync();
        return fleet;
    }

    /// <summary>Waits until every instance says that all is well.</summary>
    public Task HealthyAsync() => SayAsync("healthy", Instances);

    public static Task SayAsync(string status, IReadOnlyList<Instance> instances)
    {
        var said = new Dictionary<string, string>();
        return Eventually.TrueAsync(
            async () =>
            {
                foreach (var instance in instances) said[instance.Name] = await instance.StatusAsync();
                return said.Values.All(one => one == status);
            },
            s_patience,
            () => $"Not all say {status}: {string.Join(", ", said.Select(one => $"{one.Key} {one.Value}"))}\n{string.Join("\n", instances.Select(instance => instance.Output))}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in Instances) await instance.DisposeAsync();
        await Servers.DisposeAsync();
        await Upstream.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }
}
