using System.Diagnostics.Metrics;

namespace EmrSim.Server.Encounters;

internal static class EncounterMetrics
{
    private static readonly Meter s_meter = new("EmrSim.Server");
    private static readonly Counter<long> s_started = s_meter.CreateCounter<long>("encounters.started", description: "Encounters begun on this instance.");
    private static readonly Counter<long> s_finished = s_meter.CreateCounter<long>("encounters.finished", description: "Encounters that this instance brought to their end, by state.");
    private static IReadOnlyList<Measurement<long>> s_open = [];

    static EncounterMetrics() => s_meter.CreateObservableGauge("encounters.open", static () => s_open, description: "Encounters of the whole fleet that are not over, by state.");

    public static void Started() => s_started.Add(1);

    public static void Finished(EncounterState state) => s_finished.Add(1, new KeyValuePair<string, object?>("state", EncounterStates.Name(state)));

    public static void Counted(IReadOnlyDictionary<EncounterState, long> open) =>
        s_open = [.. open.Select(static pair => new Measurement<long>(pair.Value, new KeyValuePair<string, object?>("state", EncounterStates.Name(pair.Key))))];
}
