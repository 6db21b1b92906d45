using System.Globalization;
using System.Text.Json;

namespace EmrSim.Bench;

/// <summary>What was measured, by name; printed as it comes and compared with the budgets when that is asked for.</summary>
public sealed class Findings
{
    private readonly Dictionary<string, double> _found = new(StringComparer.Ordinal);

    public static void Say(string line) => Console.WriteLine(line);

    /// <param name="target">What issue and documents promise, in words.</param>
    public void Add(string name, double value, string unit, string target)
    {
        _found[name] = value;
        Say(string.Create(CultureInfo.InvariantCulture, $"  {name,-32} {value,12:#,##0.##} {unit,-8} target {target}"));
    }

    /// <summary>The exit code: 1 when a budget is exceeded, or was to be measured and was not.</summary>
    /// <param name="file">The budgets.</param>
    /// <param name="onlyBytes">What is allocated is the same on every machine and at any load; times are not.</param>
    /// <param name="whole">What the budgets begin with of which all were to be measured.</param>
    public int Compare(string file, bool onlyBytes, params string[] whole)
    {
        using var budgets = JsonDocument.Parse(File.ReadAllText(file));
        var exceeded = 0;
        foreach (var budget in budgets.RootElement.EnumerateObject())
        {
            if (onlyBytes && !budget.Name.Contains("bytes", StringComparison.Ordinal)) continue;
            if (!_found.TryGetValue(budget.Name, out var value))
            {
                if (!whole.Any(part => budget.Name.StartsWith(part, StringComparison.Ordinal))) continue;
                exceeded++;
                Say($"Not measured: {budget.Name}");
                continue;
            }

            var tooMuch = budget.Value.TryGetProperty("atMost", out var most) && value > most.GetDouble();
            var tooLittle = budget.Value.TryGetProperty("atLeast", out var least) && value < least.GetDouble();
            if (!tooMuch && !tooLittle) continue;
            exceeded++;
            Say(string.Create(CultureInfo.InvariantCulture, $"Budget exceeded: {budget.Name} is {value:0.##}, {budget.Value.GetRawText()}"));
        }

        Say(exceeded == 0 ? "All budgets kept" : $"{exceeded} budgets exceeded");
        return exceeded == 0 ? 0 : 1;
    }
}
