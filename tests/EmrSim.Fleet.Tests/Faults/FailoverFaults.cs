using System.Runtime.CompilerServices;
using EmrSim.Fleet.Tests.Instances;

namespace EmrSim.Fleet.Tests.Faults;

/// <summary>What goes wrong with servers that have a replica to take over.</summary>
internal static class FailoverFaults
{
    private const int MovedSlots = 300;
    private static readonly ConditionalWeakTable<RunningFleet, RedisServer> s_old = [];

    public static Fault ClusterPrimaryKilled { get; } = new(
        "Cluster: a primary killed, back as replica",
        static async fleet =>
        {
            var primary = await fleet.Servers.Cluster!.PrimaryOfAsync(0);
            s_old.AddOrUpdate(fleet, primary);
            await primary.KillAsync();
        },
        static fleet => Old(fleet).RunAsync())
    {
        AfterAll = static fleet => fleet.Servers.Cluster!.SettledAsync(),
    };

    public static Fault SlotsMoved { get; } = new($"Cluster: {MovedSlots} slots moved", static fleet => fleet.Servers.Cluster!.MoveSlotsAsync(0, MovedSlots));

    private static RedisServer Old(RunningFleet fleet) => s_old.TryGetValue(fleet, out var old) ? old : throw new InvalidOperationException("Nothing was done to a primary.");
}
