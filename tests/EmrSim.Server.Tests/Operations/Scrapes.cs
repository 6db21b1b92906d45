using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace EmrSim.Server.Tests.Operations;

/// <summary>All that was ever seen at /metrics: names of samples, their labels, and whether they ever were more than nothing.</summary>
internal sealed partial class Scrapes
{
    private readonly ConcurrentDictionary<string, HashSet<string>> _labels = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _moved = new(StringComparer.Ordinal);

    public bool Has(string name) => _labels.ContainsKey(name);

    public bool Moved(string name) => _moved.ContainsKey(name);

    public IReadOnlySet<string> LabelsOf(string name) => _labels.GetValueOrDefault(name) ?? [];

    public async Task AddAsync(HttpClient http)
    {
        foreach (var line in (await http.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == '#') continue;
            var sample = Sample().Match(line);
            Assert.True(sample.Success, $"Not the Prometheus text format: {line}");
            var name = sample.Groups["name"].Value;
            var labels = _labels.GetOrAdd(name, static _ => new(StringComparer.Ordinal));
            foreach (Match label in Label().Matches(sample.Groups["labels"].Value)) labels.Add(label.Groups[1].Value);
            if (double.Parse(sample.Groups["value"].Value, CultureInfo.InvariantCulture) > 0) _moved[name] = true;
        }
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.*)\})? (?<value>\S+)$""")]
    private static partial Regex Sample();

    [GeneratedRegex("""([a-zA-Z_][a-zA-Z0-9_]*)="(?:[^"\\]|\\.)*"(?:,|$)""")]
    private static partial Regex Label();
}
