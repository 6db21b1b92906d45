using System.Diagnostics.Metrics;

namespace EmrSim.SessionStore.Feed;

/// <summary>The bell's instruments of meter <c>EmrSim.SessionStore</c>.</summary>
internal static class BellMetrics
{
    private static readonly Meter s_meter = new("EmrSim.SessionStore");

    public static readonly Counter<long> Sent = s_meter.CreateCounter<long>("fleet_bell.sent", null, "Rings sent, by line.");
    public static readonly Counter<long> Received = s_meter.CreateCounter<long>("fleet_bell.received", null, "Rings of other instances, by line.");
    public static readonly Counter<long> Doubled = s_meter.CreateCounter<long>("fleet_bell.doubled", null, "Rings that came twice and were told once.");
    public static readonly Counter<long> Missed = s_meter.CreateCounter<long>("fleet_bell.missed", null, "Times that another instance has rung without being heard.");
    public static readonly Counter<long> Failed = s_meter.CreateCounter<long>("fleet_bell.failed", null, "Rings that a line did not take.");
    public static readonly Counter<long> FewerReceivers = s_meter.CreateCounter<long>("fleet_bell.fewer_receivers", null, "Rings that reached fewer instances than there are.");
    public static readonly Histogram<double> Echo = s_meter.CreateHistogram<double>("fleet_bell.echo", "s", "How long one's own beat takes to come back.");
    public static readonly UpDownCounter<int> Believed = s_meter.CreateUpDownCounter<int>("fleet_bell.believed", null, "1 while a line's echo comes back.");
}
