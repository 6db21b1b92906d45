using System.Diagnostics.Metrics;

namespace EmrSim.SessionStore;

/// <summary>The instruments of meter <c>EmrSim.SessionStore</c>.</summary>
internal static class StoreMetrics
{
    private static readonly Meter s_meter = new("EmrSim.SessionStore");

    public static readonly Counter<long> Operations = s_meter.CreateCounter<long>("session_store.operations", null, "Operations by tier, operation and outcome.");
    public static readonly Histogram<double> Duration = s_meter.CreateHistogram<double>("session_store.operation.duration", "s", "How long a tier took for an operation.", null, new() { HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1] });
    public static readonly Counter<long> Dropped = s_meter.CreateCounter<long>("session_store.dropped", null, "Entries that a bounded tier gave up before their life ended.");
    public static readonly Counter<long> Promoted = s_meter.CreateCounter<long>("session_store.promoted", null, "Entries of lower tiers by what became of them after a recovery.");
    public static readonly Counter<long> Reseeded = s_meter.CreateCounter<long>("session_store.reseeded", null, "Entries written again to a server that came back without them.");
    public static readonly Counter<long> Outages = s_meter.CreateCounter<long>("session_store.outages", null, "Outages of the first tier that are over.");
    public static readonly Counter<long> ConnectionEvents = s_meter.CreateCounter<long>("session_store.connection.events", null, "Changes of the connection to the server.");
    public static readonly Counter<long> BreakerChanges = s_meter.CreateCounter<long>("session_store.breaker.changes", null, "Changes of a tier's breaker.");
    public static readonly UpDownCounter<int> BreakersOpen = s_meter.CreateUpDownCounter<int>("session_store.breaker.open", null, "1 while a tier is not used.");
}
