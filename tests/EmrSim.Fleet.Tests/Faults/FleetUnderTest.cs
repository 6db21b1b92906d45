using EmrSim.Fleet.Tests.Instances;

namespace EmrSim.Fleet.Tests.Faults;

/// <summary>One fleet for many faults: that it is still well after all of them is part of what is tested.</summary>
public abstract class FleetUnderTest(int instances, PostgresServer? postgres, Func<Task<StoreServers>> servers) : IAsyncLifetime
{
    /// <summary>The collection of all fault tests: loads would disturb each other.</summary>
    public const string OneAtATime = "one fleet at a time";

    private RunningFleet? _fleet;

    public async ValueTask InitializeAsync() => _fleet = await StartAsync();

    public async Task GetsOverAsync(Fault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        var fleet = await TakeAsync();
        fleet.IsWhole = false;
        await FaultRun.RunAsync(fleet, fault);
        if (fault.AfterAll is not null) await fault.AfterAll(fleet);
        fleet.IsWhole = true;
    }

    public async ValueTask DisposeAsync()
    {
        if (_fleet is not null) await _fleet.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    // A new one when the fault before has left it broken, so that one failure is not many.
    private async Task<RunningFleet> TakeAsync()
    {
        if (_fleet is { IsWhole: true } fleet) return fleet;
        if (_fleet is not null) await _fleet.DisposeAsync();
        return _fleet = await StartAsync();
    }

    private async Task<RunningFleet> StartAsync()
    {
        var fleet = await RunningFleet.StartAsync(instances, postgres, servers);
        await FaultRun.WarmAsync(fleet);
        return fleet;
    }
}

public sealed class ThreeOnPostgres(PostgresServer postgres) : FleetUnderTest(3, postgres, StoreServers.AloneAsync);

public sealed class TwoOnSqlite() : FleetUnderTest(2, null, StoreServers.AloneAsync);

public sealed class TwoOnCluster(PostgresServer postgres) : FleetUnderTest(2, postgres, StoreServers.ClusteredAsync);

public sealed class TwoOnSentinel(PostgresServer postgres) : FleetUnderTest(2, postgres, StoreServers.GuardedAsync);
