using System.Globalization;
using EmrSim.Fleet.Tests.Traffic;

namespace EmrSim.Fleet.Tests.Results;

/// <summary>What one fault did to the fleet.</summary>
public sealed record FaultRow
{
    public required string Fault { get; init; }

    public required string Fleet { get; init; }

    public required string Load { get; init; }

    public required int Requests { get; init; }

    /// <summary>Attempts that the balancer took elsewhere, by kind.</summary>
    public required IReadOnlyDictionary<string, int> Retried { get; init; }

    /// <summary>Requests that failed for good.</summary>
    public required IReadOnlyDictionary<string, int> Failed { get; init; }

    public required Keeping Keeping { get; init; }

    public required int LostHandshakes { get; init; }

    /// <summary>Voice tokens that the store had lost and the instances minted again.</summary>
    public required int MintedAgain { get; init; }

    /// <summary>How long after recovery, or after it was acknowledged, the latest item came to a screen.</summary>
    public required TimeSpan LatestOnScreen { get; init; }

    public required Latencies Before { get; init; }

    public required Latencies During { get; init; }

    public required Latencies After { get; init; }

    public required TimeSpan? Detected { get; init; }

    public required TimeSpan Recovered { get; init; }

    public static string Head => """
        | fault | instances | load | requests | errors retried | failed | lost / doubled / misordered | handshakes lost (tokens minted again) | slowest ms | before p50 / p99 | during | after | noticed s | recovered s | latest on screen s |
        |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
        """;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Fault} | {Fleet} | {Load} | {Requests} | {Kinds(Retried)} | {Kinds(Failed)} | {Keeping.Lost} / {Keeping.Doubled} / {Keeping.Misordered} | {LostHandshakes} ({MintedAgain}) | {Math.Max(Before.Worst, Math.Max(During.Worst, After.Worst)):F0} | {Before} | {During} | {After} | {(Detected is { } detected ? detected.TotalSeconds.ToString("F1", CultureInfo.InvariantCulture) : "–")} | {Recovered.TotalSeconds:F1} | {Math.Max(0, LatestOnScreen.TotalSeconds):F2} |");

    private static string Kinds(IReadOnlyDictionary<string, int> kinds) => kinds.Count == 0 ? "0" : string.Join(", ", kinds.OrderBy(static kind => kind.Key).Select(static kind => $"{kind.Value} {kind.Key}"));
}

/// <summary>Milliseconds of the attempts of one stretch.</summary>
public sealed record Latencies(double Median, double P99, double Worst)
{
    public static Latencies Of(IEnumerable<Attempt> attempts)
    {
        var sorted = attempts.Select(static attempt => attempt.Took.TotalMilliseconds).Order().ToArray();
        return sorted.Length == 0 ? new(0, 0, 0) : new(sorted[(sorted.Length - 1) / 2], sorted[(int)((sorted.Length - 1) * 0.99)], sorted[^1]);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Median:F1} / {P99:F0}");
}
