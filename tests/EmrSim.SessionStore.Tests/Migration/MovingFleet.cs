using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Fleet;
using EmrSim.SessionStore.Migration;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmrSim.SessionStore.Tests.Migration;

/// <summary>Some instances that announce themselves, as the application's do.</summary>
internal sealed class MovingFleet : IAsyncDisposable
{
    private readonly List<FleetRoll> _rolls = [];

    public List<RunningStore> Hosts { get; } = [];

    public List<ISessionStore> Stores => [.. Hosts.Select(static host => host.Store)];

    /// <summary>With patience for a busy machine.</summary>
    public static Task<MovingFleet> StartAsync(int count, string url) =>
        StartAsync(count, () => new() { Server = StoreUrl.Parse(url), OperationTimeout = TimeSpan.FromSeconds(2), Breaker = new() { SlowAfter = TimeSpan.FromSeconds(1) } });

    public static async Task<MovingFleet> StartAsync(int count, Func<SessionStoreOptions> options, TimeProvider? time = null)
    {
        var fleet = new MovingFleet();
        for (var i = 0; i < count; i++)
        {
            var host = await RunningStore.StartAsync(options(), time);
            var roll = new FleetRoll(host.Host, static () => new Dictionary<string, string>(), TimeProvider.System, NullLogger<FleetRoll>.Instance);
            await roll.StartAsync(TestContext.Current.CancellationToken);
            fleet.Hosts.Add(host);
            fleet._rolls.Add(roll);
        }

        return fleet;
    }

    /// <summary>All are in this phase; null: in none.</summary>
    public Task InAsync(MigrationPhase? phase) => Eventually.TrueAsync(
        () => Hosts.All(host => phase is null ? host.Host.Migration is null : host.Host.Migration?.Contains($":{phase}:", StringComparison.Ordinal) == true),
        TimeSpan.FromSeconds(30),
        () => $"not all in phase {phase}: {string.Join(", ", Hosts.Select(static host => host.Host.Migration ?? "none"))}");

    public Task HealthyAsync() => Eventually.TrueAsync(
        () => Hosts.All(static host => !host.Host.Status.Degraded),
        TimeSpan.FromSeconds(30),
        () => string.Join(", ", Hosts.Select(static host => host.Host.Status.Server?.LastError ?? "healthy")));

    public async ValueTask DisposeAsync()
    {
        foreach (var roll in _rolls) await roll.StopAsync(CancellationToken.None);
        foreach (var host in Hosts) await host.DisposeAsync();
    }
}
