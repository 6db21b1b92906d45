using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using EmrSim.Fleet.Tests.Instances;

namespace EmrSim.Fleet.Tests.Traffic;

/// <summary>
/// A load balancer with a client that tries again: each request goes to the next instance, and on to the one after when it is refused,
/// cut off or told to come again. Everything is counted.
/// </summary>
public sealed class RoundRobin(RunningFleet fleet)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentQueue<Attempt> _attempts = new();
    private int _next;

    public IReadOnlyList<Attempt> Attempts => [.. _attempts];

    /// <param name="isWhole">Whether a streamed answer came to its end; those that did not count as cut.</param>
    /// <returns>The body; null when the request failed for good.</returns>
    public async Task<string?> PostAsync(string kind, string path, object body, Func<string, bool>? isWhole = null)
    {
        var begun = Stopwatch.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            var instance = fleet.Instances[(int)((uint)Interlocked.Increment(ref _next) % fleet.Instances.Count)];
            var at = Stopwatch.GetTimestamp();
            var (outcome, answer, isWorthMore) = await AskAsync(instance, path, body, isWhole);
            var isLast = outcome == "ok" || !isWorthMore || Stopwatch.GetElapsedTime(begun) > s_patience;
            _attempts.Enqueue(new(kind, instance.Name, at, Stopwatch.GetElapsedTime(at), outcome, isLast));
            if (isLast) return outcome == "ok" ? answer : null;
            if (tries % fleet.Instances.Count == 0) await Task.Delay(s_pause);
        }
    }

    private static async Task<(string Outcome, string? Answer, bool IsWorthMore)> AskAsync(Instance instance, string path, object body, Func<string, bool>? isWhole)
    {
        try
        {
            using var answer = await instance.Http.PostAsJsonAsync(new Uri(path, UriKind.Relative), body);
            var text = await answer.Content.ReadAsStringAsync();
            if (!answer.IsSuccessStatusCode) return ($"{(int)answer.StatusCode}", text, (int)answer.StatusCode >= 500 && answer.Headers.RetryAfter is not null);
            return isWhole?.Invoke(text) == false ? ("cut", null, true) : ("ok", text, false);
        }
        catch (HttpRequestException gone)
        {
            return (gone.HttpRequestError == HttpRequestError.ConnectionError ? "refused" : "cut", null, true);
        }
        catch (TaskCanceledException)
        {
            return ("late", null, true);
        }
    }
}
