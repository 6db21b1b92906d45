using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace EmrSim.Server.Operations;

/// <summary>Listens to the meters of the product and of the runtime, and holds their sums for whoever scrapes.</summary>
public sealed class MetricsCollector : IDisposable
{
    private static readonly HashSet<string> s_meters = new(StringComparer.Ordinal)
    {
        "EmrSim.Server",
        "EmrSim.SessionStore",
        "Microsoft.AspNetCore.Server.Kestrel",
        "System.Runtime",
    };

    private readonly ConcurrentDictionary<Instrument, MetricFamily> _families = new();
    private readonly MeterListener _listener = new();

    public MetricsCollector()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!s_meters.Contains(instrument.Meter.Name)) return;
            listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(instrument, static published => new MetricFamily(published)));
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        _listener.Start();
    }

    /// <summary>Every instrument once, after asking the observable ones.</summary>
    public IEnumerable<MetricFamily> Collect()
    {
        _listener.RecordObservableInstruments();
        return _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal);
    }

    /// <summary>The sum of a counter over the series that carry this tag.</summary>
    public double Sum(string instrument, string tag, string value) =>
        _families.Values.Where(family => family.Instrument == instrument).Sum(family => family.Sum(tag, value));

    public void Dispose() => _listener.Dispose();
}
