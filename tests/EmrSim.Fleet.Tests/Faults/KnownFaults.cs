using EmrSim.Fleet.Tests.Instances;

namespace EmrSim.Fleet.Tests.Faults;

/// <summary>What goes wrong with instances, Redis, the network between and the database.</summary>
internal static class KnownFaults
{
    // A new process compiles its code while it serves its first requests, here beside everything else on two cores: 1.5 s were seen.
    private static readonly TimeSpan s_coldStart = TimeSpan.FromSeconds(5);

    public static Fault InstanceKilled { get; } = new("instance killed (-9)", static fleet => fleet.Instances[0].KillAsync(), static fleet => fleet.Instances[0].StartAsync())
    {
        MayRetry = true,
        Budget = s_coldStart,
        RecoversWithin = s_coldStart,
        Says = ("gone", static fleet => [fleet.Instances[0]]),
    };

    public static Fault RollingRestart { get; } = new("rolling restart (SIGTERM)", static async fleet =>
    {
        foreach (var instance in fleet.Instances)
        {
            Assert.Equal(0, await instance.StopAsync());
            await instance.StartAsync();
        }
    })
    {
        MayRetry = true,
        Budget = s_coldStart,
        RecoversWithin = null,
    };

    public static Fault RedisHung { get; } = new("Redis hung (SIGSTOP)", Now(static fleet => fleet.Redis.Stop()), Now(static fleet => fleet.Redis.Continue())) { Says = Fault.All("degraded") };

    public static Fault RedisEmpty { get; } = new("Redis killed, back empty", static fleet => fleet.Redis.KillAsync(), static fleet =>
    {
        Directory.Delete(Path.Combine(fleet.Redis.Folder, "appendonlydir"), recursive: true);
        return fleet.Redis.RunAsync();
    })
    {
        Says = Fault.All("degraded"),
    };

    public static Fault RedisRestarted { get; } = new("Redis killed, back with its data", static fleet => fleet.Redis.KillAsync(), static fleet => fleet.Redis.RunAsync()) { Says = Fault.All("degraded") };

    public static Fault OneCutOff { get; } = new("one instance cut off from Redis", Now(static fleet => fleet.Instances[0].Link!.Cut()), Now(static fleet => fleet.Instances[0].Link!.Restore())) { Says = OfTheFirst };

    public static Fault OneUnanswered { get; } = new("one instance unanswered by Redis", Now(static fleet => fleet.Instances[0].Link!.Hold()), Now(static fleet => fleet.Instances[0].Link!.Restore())) { Says = OfTheFirst };

    public static Fault DatabaseRestarted { get; } = new("PostgreSQL killed, back again", static fleet => fleet.Postgres!.KillAsync(), static fleet => fleet.Postgres!.StartAgainAsync())
    {
        MayRetry = true,
        Budget = TimeSpan.FromSeconds(5),
        Lasts = TimeSpan.FromSeconds(2),
        LastsInFull = TimeSpan.FromSeconds(5),
        KeepsTokens = true,
        Says = Fault.All("unhealthy"),
    };

    public static Fault ClocksApart { get; } = new(
        "clocks 5 s apart, Redis killed, back empty",
        static async fleet =>
        {
            await fleet.Instances[0].StopAsync();
            await fleet.Instances[0].StartAsync(("NODE_ENV", "test"), ("DRILL_CLOCK_AHEAD_MS", "5000"));
            await fleet.HealthyAsync();
            await RedisEmpty.Begin(fleet);
        },
        RedisEmpty.Repair)
    {
        MayRetry = true,
        Budget = s_coldStart,
        Says = Fault.All("degraded"),
        AfterAll = static async fleet =>
        {
            await fleet.Instances[0].StopAsync();
            await fleet.Instances[0].StartAsync();
        },
    };

    private static (string Status, Func<RunningFleet, IEnumerable<Instance>> Of) OfTheFirst => ("degraded", static fleet => [fleet.Instances[0]]);

    private static Func<RunningFleet, Task> Now(Action<RunningFleet> act) => fleet =>
    {
        act(fleet);
        return Task.CompletedTask;
    };
}
