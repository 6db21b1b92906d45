using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace EmrSim.Server.Operations;

/// <summary>One instrument with all its series, written in the Prometheus text format 0.0.4.</summary>
public sealed class MetricFamily
{
    private static readonly double[] s_bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private readonly ConcurrentDictionary<TagSet, Series> _series = new();
    private readonly Kind _kind;
    private readonly string? _description;

    public MetricFamily(Instrument instrument)
    {
        ArgumentNullException.ThrowIfNull(instrument);
        Instrument = instrument.Name;
        _description = instrument.Description;
        _kind = KindOf(instrument);
        Name = PrometheusName(instrument.Name, instrument.Unit, _kind);
    }

    private enum Kind
    {
        Counter,
        ObservedCounter,
        UpDown,
        Gauge,
        Histogram,
    }

    public string Instrument { get; }

    public string Name { get; }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = _series.GetOrAdd(new TagSet(tags), static _ => new Series());
        lock (series)
        {
            switch (_kind)
            {
                case Kind.Gauge or Kind.ObservedCounter:
                    series.Value = value;
                    break;
                case Kind.Histogram:
                    series.Observe(value, s_bounds);
                    break;
                default:
                    series.Value += value;
                    break;
            }
        }
    }

    public double Sum(string tag, string value) => _series.Where(pair => pair.Key.Has(tag, value)).Sum(pair => pair.Value.Value);

    public void Write(StringBuilder text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (_series.IsEmpty) return;
        if (_description is { Length: > 0 }) text.Append(CultureInfo.InvariantCulture, $"# HELP {Name} {_description.ReplaceLineEndings(" ")}\n");
        var type = _kind switch { Kind.Counter or Kind.ObservedCounter => "counter", Kind.Histogram => "histogram", _ => "gauge" };
        text.Append(CultureInfo.InvariantCulture, $"# TYPE {Name} {type}\n");
        foreach (var (tags, series) in _series)
        {
            if (_kind == Kind.Histogram) WriteHistogram(text, tags, series);
            else text.Append(CultureInfo.InvariantCulture, $"{Name}{tags.Labels()} {series.Value}\n");
        }
    }

    private void WriteHistogram(StringBuilder text, TagSet tags, Series series)
    {
        lock (series)
        {
            long below = 0;
            for (var i = 0; i < s_bounds.Length; i++)
            {
                below += series.Buckets?[i] ?? 0;
                text.Append(CultureInfo.InvariantCulture, $"{Name}_bucket{tags.Labels($"le=\"{s_bounds[i].ToString(CultureInfo.InvariantCulture)}\"")} {below}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"{Name}_bucket{tags.Labels("le=\"+Inf\"")} {series.Count}\n");
            text.Append(CultureInfo.InvariantCulture, $"{Name}_sum{tags.Labels()} {series.Value}\n{Name}_count{tags.Labels()} {series.Count}\n");
        }
    }

    private static Kind KindOf(Instrument instrument)
    {
        var type = instrument.GetType().Name;
        if (type.StartsWith("Histogram", StringComparison.Ordinal)) return Kind.Histogram;
        if (type.StartsWith("ObservableCounter", StringComparison.Ordinal)) return Kind.ObservedCounter;
        if (type.StartsWith("UpDownCounter", StringComparison.Ordinal)) return Kind.UpDown;
        return type.StartsWith("Counter", StringComparison.Ordinal) ? Kind.Counter : Kind.Gauge;
    }

    private static string PrometheusName(string name, string? unit, Kind kind)
    {
        var text = new StringBuilder(name.Replace('.', '_').Replace('-', '_'));
        var suffix = unit switch { "s" => "_seconds", "ms" => "_milliseconds", "By" => "_bytes", _ => "" };
        if (suffix.Length > 0 && !name.EndsWith(suffix, StringComparison.Ordinal)) text.Append(suffix);
        if (kind is Kind.Counter or Kind.ObservedCounter) text.Append("_total");
        return text.ToString();
    }

    private sealed class Series
    {
        public double Value { get; set; }

        public long Count { get; private set; }

        public long[]? Buckets { get; private set; }

        public void Observe(double value, double[] bounds)
        {
            Buckets ??= new long[bounds.Length];
            var bucket = Array.FindIndex(bounds, bound => value <= bound);
            if (bucket >= 0) Buckets[bucket]++;
            Value += value;
            Count++;
        }
    }
}
