using System.Diagnostics;
using System.Globalization;

namespace EmrSim.Bench.Store;

/// <summary>One operation measured in many short stretches, in turns with others, so that noise of the machine meets all alike.</summary>
public sealed class Lap(string name, Func<int, Task> operation)
{
    private readonly List<double> _microseconds = [];
    private readonly List<double> _meanNanoseconds = [];
    private readonly List<double> _bytesEach = [];

    public double MedianMicroseconds => Median(_microseconds);

    /// <summary>The median over the stretches, the clock's own cost left out.</summary>
    public double MeanNanoseconds => Median(_meanNanoseconds);

    public double BytesEach => Median(_bytesEach);

    public static async Task InTurnsAsync(int rounds, int each, params Lap[] laps)
    {
        foreach (var lap in laps)
        {
            for (var warm = 0; warm < 20; warm++) await lap.RunAsync(each);
            lap._microseconds.Clear();
            lap._meanNanoseconds.Clear();
            lap._bytesEach.Clear();
            lap._microseconds.EnsureCapacity(rounds * each);
        }

        for (var round = 0; round < rounds; round++)
        {
            // The one that goes first differs from round to round.
            for (var i = 0; i < laps.Length; i++) await laps[(round + i) % laps.Length].RunAsync(each);
        }
    }

    /// <summary>Operations per second of this many callers, each asking one after the other.</summary>
    public async Task<double> RateAsync(int callers, int keys, TimeSpan duration)
    {
        var watch = Stopwatch.StartNew();
        var done = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var mine = 0;
            for (; watch.Elapsed < duration; mine++) await operation(((caller * 31) + mine) % keys);
            return mine;
        })));
        return done.Sum() / watch.Elapsed.TotalSeconds;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{name,-21} median {MedianMicroseconds,7:F1} us   p95 {At(_microseconds, 0.95),7:F1} us   {BytesEach,6:F0} bytes each");

    private async Task RunAsync(int each)
    {
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < each; i++) await operation(i);
        var elapsed = Stopwatch.GetElapsedTime(start);
        _bytesEach.Add((GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)each);
        _meanNanoseconds.Add(elapsed.TotalNanoseconds / each);
        for (var i = 0; i < each; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            await operation(i);
            _microseconds.Add(Stopwatch.GetElapsedTime(begun).TotalMicroseconds);
        }
    }

    private static double Median(List<double> values) => At(values, 0.5);

    private static double At(List<double> values, double share) => values.Order().ElementAt((int)((values.Count - 1) * share));
}
