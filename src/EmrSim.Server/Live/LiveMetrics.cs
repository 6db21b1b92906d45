using System.Diagnostics.Metrics;

namespace EmrSim.Server.Live;

internal static class LiveMetrics
{
    private static readonly Meter s_meter = new("EmrSim.Server");
    private static readonly Histogram<double> s_lag = s_meter.CreateHistogram<double>("live.lag", "s", "From another instance's commit to those who watch here, by both clocks.");
    private static readonly UpDownCounter<long> s_listeners = s_meter.CreateUpDownCounter<long>("live.listeners", description: "Connections that watch an encounter here.");
    private static readonly UpDownCounter<long> s_putOff = s_meter.CreateUpDownCounter<long>("live.listeners_put_off", description: "Connections whose encounter can't be read just now.");
    private static readonly Counter<long> s_caughtUp = s_meter.CreateCounter<long>("live.catchups", description: "Times that a listener read the log, by reason.");
    private static readonly Counter<long> s_looks = s_meter.CreateCounter<long>("live.log_looks", description: "Times that the logs of watched encounters were looked at.");
    private static readonly Counter<long> s_found = s_meter.CreateCounter<long>("live.found_by_looking", description: "Logs that had grown without a ring.");

    public static void Joined() => s_listeners.Add(1);

    public static void Left() => s_listeners.Add(-1);

    public static void PutOff() => s_putOff.Add(1);

    public static void ReadAgain() => s_putOff.Add(-1);

    public static void Lag(long milliseconds) => s_lag.Record(Math.Max(0, milliseconds) / 1000d);

    public static void CaughtUp(string reason) => s_caughtUp.Add(1, new KeyValuePair<string, object?>("reason", reason));

    public static void Looked() => s_looks.Add(1);

    public static void FoundByLooking() => s_found.Add(1);
}
