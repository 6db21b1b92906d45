using System.Diagnostics;

namespace EmrSim.Bench.Server;

/// <param name="PerSecond">Requests that succeeded, per second of the run.</param>
/// <param name="ProcessorMicroseconds">What one request cost the server.</param>
public sealed record LoadResult(double PerSecond, double MedianMs, double P99Ms, long Done, double ProcessorMicroseconds)
{
    public override string ToString() => FormattableString.Invariant($"{PerSecond,9:F0} /s   median {MedianMs,7:F2} ms   p99 {P99Ms,7:F2} ms   processor {ProcessorMicroseconds,5:F0} us each");
}

/// <summary>Callers that ask one after the other, each on its own connection and as fast as it is answered.</summary>
public static class Load
{
    public static Task<LoadResult> RunAsync(ServerUnderLoad server, int callers, TimeSpan duration, Func<int, int, string> request, long most = long.MaxValue) =>
        RunAsync([server], callers, duration, request, most);

    /// <summary>Each caller asks the servers in turns. An answer other than 2xx ends the run: a rate with refusals in it says nothing.</summary>
    public static async Task<LoadResult> RunAsync(IReadOnlyList<ServerUnderLoad> servers, int callers, TimeSpan duration, Func<int, int, string> request, long most = long.MaxValue)
    {
        var connections = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.WhenAll(servers.Select(static server => CallerConnection.OpenAsync(server.Port)))));
        var begun = 0L;
        var processor = ProcessorTime(servers);
        var watch = Stopwatch.StartNew();
        var latencies = await Task.WhenAll(connections.Select((connection, caller) => Task.Run(async () =>
        {
            var mine = new List<double>();
            for (var n = 0; watch.Elapsed < duration && Interlocked.Increment(ref begun) <= most; n++)
            {
                var start = Stopwatch.GetTimestamp();
                var status = await connection[Turn(caller, n, connection.Length)].AskAsync(request(caller, n));
                if (status is < 200 or > 299) throw new InvalidOperationException($"The server answered {status}.");
                mine.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            return mine;
        })));
        var seconds = watch.Elapsed.TotalSeconds;
        processor = ProcessorTime(servers) - processor;
        foreach (var connection in connections.SelectMany(static own => own)) connection.Dispose();
        var sorted = latencies.SelectMany(static list => list).Order().ToArray();
        return new(sorted.Length / seconds, At(sorted, 0.5), At(sorted, 0.99), sorted.Length, processor.TotalMicroseconds / Math.Max(1, sorted.Length));
    }

    /// <summary>Whose turn it is: so that what follows an answer is asked elsewhere, and every server gets everything.</summary>
    public static int Turn(int caller, int n, int servers) => (caller + n + (n / servers)) % servers;

    private static TimeSpan ProcessorTime(IReadOnlyList<ServerUnderLoad> servers) => TimeSpan.FromTicks(servers.Sum(static server => server.ProcessorTime.Ticks));

    private static double At(double[] sorted, double share) => sorted.Length == 0 ? 0 : sorted[(int)((sorted.Length - 1) * share)];
}
