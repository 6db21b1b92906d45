using EmrSim.Fleet.Tests.Instances;

namespace EmrSim.Fleet.Tests.Faults;

/// <summary>Three instances with Redis and PostgreSQL.</summary>
[Collection(FleetUnderTest.OneAtATime)]
public sealed class OnPostgres(ThreeOnPostgres on) : IClassFixture<ThreeOnPostgres>
{
    [Fact]
    public Task An_instance_is_killed() => RunAsync(new("instance killed (-9)", static fleet => fleet.Instances[0].KillAsync(), static fleet => fleet.Instances[0].StartAsync())
    {
        MayRetry = true,
        Says = ("gone", static fleet => [fleet.Instances[0]]),
    });

    [Fact]
    public Task Redis_hangs() => RunAsync(new("Redis hung (SIGSTOP)", Now(static fleet => fleet.Redis.Stop()), Now(static fleet => fleet.Redis.Continue()))
    {
        Says = Fault.All("degraded"),
    });

    private static Func<RunningFleet, Task> Now(Action<RunningFleet> act) => fleet =>
    {
        act(fleet);
        return Task.CompletedTask;
    };

    private async Task RunAsync(Fault fault)
    {
        var fleet = await on.TakeAsync();
        fleet.IsWhole = false;
        await FaultRun.RunAsync(fleet, fault);
        fleet.IsWhole = true;
    }
}
