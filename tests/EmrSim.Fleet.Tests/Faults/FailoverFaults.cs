using System.Runtime.CompilerServices;
using EmrSim.Fleet.Tests.Instances;

namespace EmrSim.Fleet.Tests.Faults;

/// <summary>What goes wrong with servers that have a replica to take over.</summary>
internal static class FailoverFaults
{
    private const int FirstSlot = 0;
    private const int MovedSlots = 100;
    private static readonly TimeSpan s_backAfterTakeOver = TimeSpan.FromSeconds(1);
    private static readonly ConditionalWeakTable<RunningFleet, RedisServer> s_old = [];

    public static Fault ClusterPrimaryKilled { get; } = new(
        "Cluster: a primary killed, back as replica",
        static async fleet =>
        {
            var primary = await fleet.Servers.Cluster!.PrimaryOfAsync(FirstSlot);
            s_old.AddOrUpdate(fleet, primary);
            await primary.KillAsync();
        },
        static fleet => Old(fleet).RunAsync())
    {
        TakenOver = static fleet => fleet.Servers.Cluster!.NextPrimaryAsync(FirstSlot),
        AfterAll = static fleet => fleet.Servers.Cluster!.SettledAsync(),
    };

    public static Fault SentinelPrimaryKilled { get; } = new(
        "Sentinel: primary killed, back empty",
        static async fleet => await (await OldOfSentinelAsync(fleet)).KillAsync(),
        static fleet => Old(fleet).RunAsync())
    {
        Says = Fault.All("degraded"),
        TakenOver = TakenOverAsync,
        RecoversWithin = s_backAfterTakeOver,
        AfterAll = DemotedAsync,
    };

    // Until the sentinels tell it otherwise, some ten seconds, it takes itself for the primary.
    public static Fault SentinelPrimaryHung { get; } = new(
        "Sentinel: primary hung (SIGSTOP), back stale",
        static async fleet => (await OldOfSentinelAsync(fleet)).Stop(),
        static fleet =>
        {
            Old(fleet).Continue();
            return Task.CompletedTask;
        })
    {
        Says = Fault.All("degraded"),
        TakenOver = TakenOverAsync,
        RecoversWithin = s_backAfterTakeOver,
        AfterAll = DemotedAsync,
    };

    public static Fault SentinelOnDemand { get; } = new("Sentinel: failover on demand", static async fleet =>
    {
        await OldOfSentinelAsync(fleet);
        await fleet.Servers.Sentinel!.Sentinels[0].AskAsync("SENTINEL", "FAILOVER", RedisSentinel.Name);
    })
    {
        TakenOver = TakenOverAsync,
        RecoversWithin = s_backAfterTakeOver,
        AfterAll = DemotedAsync,
    };

    public static Fault SlotsMoved { get; } = new(
        "Cluster: slots in use moved",
        static async fleet => Assert.NotEqual(0, await fleet.Servers.Cluster!.MoveUsedSlotsAsync(FirstSlot, MovedSlots)))
    {
        KeepsTokens = true,
        RecoversWithin = null,
    };

    private static async Task<RedisServer> OldOfSentinelAsync(RunningFleet fleet)
    {
        var primary = await fleet.Servers.Sentinel!.PrimaryAsync();
        s_old.AddOrUpdate(fleet, primary);
        return primary;
    }

    private static async Task TakenOverAsync(RunningFleet fleet) => await fleet.Servers.Sentinel!.NextPrimaryAsync(Old(fleet));

    private static Task DemotedAsync(RunningFleet fleet) => fleet.Servers.Sentinel!.DemoteAsync(Old(fleet));

    private static RedisServer Old(RunningFleet fleet) => s_old.TryGetValue(fleet, out var old) ? old : throw new InvalidOperationException("Nothing was done to a primary.");
}
