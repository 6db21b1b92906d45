using System.Diagnostics.Metrics;

namespace EmrSim.SessionStore;

/// <summary>The instruments of meter <c>EmrSim.SessionStore</c>.</summary>
internal static class StoreMetrics
{
    private static readonly Meter s_meter = new("EmrSim.SessionStore");

    public static readonly Counter<long> Operations = s_meter.CreateCounter<long>("session_store.operations", null, "Operations by tier and outcome.");
    public static readonly Counter<long> Dropped = s_meter.CreateCounter<long>("session_store.dropped", null, "Entries that a bounded tier gave up before their life ended.");
    public static readonly Counter<long> Promoted = s_meter.CreateCounter<long>("session_store.promoted", null, "Entries of lower tiers by what became of them after a recovery.");
    public static readonly Counter<long> Reseeded = s_meter.CreateCounter<long>("session_store.reseeded", null, "Entries written again to a server that came back without them.");
    public static readonly Counter<long> ConnectionEvents = s_meter.CreateCounter<long>("session_store.connection.events", null, "Changes of the connection to the server.");
    public static readonly Counter<long> BreakerChanges = s_meter.CreateCounter<long>("session_store.breaker.changes", null, "Changes of a tier's breaker.");
}
