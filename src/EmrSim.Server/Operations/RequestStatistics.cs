using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace EmrSim.Server.Operations;

/// <summary>Counts requests and keeps the newest response times; sorting is left to whoever asks.</summary>
public sealed class RequestStatistics
{
    private const int Kept = 1000;
    private static readonly Meter s_meter = new("EmrSim.Server");
    private static readonly Histogram<double> s_duration = s_meter.CreateHistogram<double>("http.server.request.duration", "s", "Requests by method, route and status.");
    private static readonly object[] s_statuses = [.. Enumerable.Range(0, 600).Cast<object>()];
    private readonly ConcurrentDictionary<int, StrongCount> _byStatus = new();
    private readonly ConcurrentDictionary<string, StrongCount> _byMethod = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, StrongCount> _byRoute = new(StringComparer.Ordinal);
    private readonly double[] _times = new double[Kept];
    private long _total;
    private long _timed;
    private long _totalMicroseconds;
    private long _errors;

    public long Total => Volatile.Read(ref _total);

    public long Errors => Volatile.Read(ref _errors);

    public double TotalMilliseconds => Volatile.Read(ref _totalMicroseconds) / 1000.0;

    public IReadOnlyDictionary<string, long> ByStatus => _byStatus.ToDictionary(pair => pair.Key.ToString(System.Globalization.CultureInfo.InvariantCulture), pair => pair.Value.Value);

    public IReadOnlyDictionary<string, long> ByMethod => Counts(_byMethod);

    public IReadOnlyDictionary<string, long> ByRoute => Counts(_byRoute);

    /// <summary>The response times of the newest requests in milliseconds, ascending.</summary>
    public double[] SortedTimes()
    {
        var count = (int)Math.Min(Volatile.Read(ref _timed), Kept);
        var times = _times.AsSpan(0, count).ToArray();
        Array.Sort(times);
        return times;
    }

    public async Task MeasureAsync(HttpContext context, RequestDelegate next)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            Note(context, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }

    public static double Quantile(double[] sorted, double quantile)
    {
        ArgumentNullException.ThrowIfNull(sorted);
        return sorted.Length == 0 ? 0 : sorted[Math.Clamp((int)Math.Ceiling(quantile * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    private void Note(HttpContext context, double milliseconds)
    {
        Interlocked.Increment(ref _total);
        Interlocked.Add(ref _totalMicroseconds, (long)(milliseconds * 1000));
        var status = context.Response.StatusCode;
        if (!IsLongLived(context.Response)) _times[(Interlocked.Increment(ref _timed) - 1) % Kept] = milliseconds;
        if (status >= StatusCodes.Status500InternalServerError) Interlocked.Increment(ref _errors);
        Count(_byStatus, status);
        var method = KnownMethod(context.Request.Method);
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(none)";
        Count(_byMethod, method);
        Count(_byRoute, route);
        Traces.RequestSpan.End(context, method, route, status);
        s_duration.Record(milliseconds / 1000, new("http.request.method", method), new("http.route", route), new("http.response.status_code", s_statuses[Math.Clamp(status, 0, s_statuses.Length - 1)]));
    }

    // How long someone listened says nothing of how soon they were answered.
    private static bool IsLongLived(HttpResponse response) =>
        response.StatusCode == StatusCodes.Status101SwitchingProtocols || response.ContentType?.StartsWith("text/event-stream", StringComparison.Ordinal) == true;

    // A caller chooses the method's text: an unknown one must not grow the table.
    private static string KnownMethod(string method) => method switch
    {
        "GET" or "POST" or "PUT" or "DELETE" or "PATCH" or "OPTIONS" or "HEAD" => method,
        _ => "OTHER",
    };

    private static void Count<TKey>(ConcurrentDictionary<TKey, StrongCount> counts, TKey key) where TKey : notnull =>
        counts.GetOrAdd(key, static _ => new()).Add();

    private static Dictionary<string, long> Counts(ConcurrentDictionary<string, StrongCount> counts) =>
        counts.ToDictionary(pair => pair.Key, pair => pair.Value.Value);

    private sealed class StrongCount
    {
        private long _value;

        public long Value => Volatile.Read(ref _value);

        public void Add() => Interlocked.Increment(ref _value);
    }
}
