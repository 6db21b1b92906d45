using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using EmrSim.Server.Http;

namespace EmrSim.Server.Operations;

public static class MetricsRoutes
{
    private const string PrometheusContentType = "text/plain; version=0.0.4; charset=utf-8";
    private static readonly string[] s_roles = ["user", "assistant"];

    public static void MapMetrics(this WebApplication app)
    {
        var requests = app.Services.GetRequiredService<RequestStatistics>();
        var collector = app.Services.GetRequiredService<MetricsCollector>();
        app.MapGet("/metrics", () => Results.Text(Prometheus(requests, collector), PrometheusContentType))
            .WithTags("Operations").WithSummary("Metrics in the Prometheus text format");
        app.MapGet("/api/metrics", () => Answer.Json(Summary(requests, collector)))
            .WithTags("Operations").WithSummary("The metrics of requests and transcripts as JSON");
    }

    private static double UptimeMs => (TimeProvider.System.GetUtcNow() - System.Diagnostics.Process.GetCurrentProcess().StartTime.ToUniversalTime()).TotalMilliseconds;

    private static string Prometheus(RequestStatistics requests, MetricsCollector collector)
    {
        var text = new StringBuilder();
        var times = requests.SortedTimes();
        Family(text, "http_requests_total", "counter", "Requests answered.", ("", requests.Total));
        Family(text, "http_requests_by_method_total", "counter", "Requests by method.", [.. requests.ByMethod.Select(pair => ($"{{method=\"{pair.Key}\"}}", (double)pair.Value))]);
        Family(text, "http_requests_by_status_total", "counter", "Requests by status.", [.. requests.ByStatus.Select(pair => ($"{{status=\"{pair.Key}\"}}", (double)pair.Value))]);
        Family(text, "http_response_time_milliseconds", "summary", "Response times of the last 1000 requests.",
            ("{quantile=\"0.5\"}", RequestStatistics.Quantile(times, 0.5)),
            ("{quantile=\"0.95\"}", RequestStatistics.Quantile(times, 0.95)),
            ("{quantile=\"0.99\"}", RequestStatistics.Quantile(times, 0.99)),
            ("_sum", requests.TotalMilliseconds),
            ("_count", requests.Total));
        Family(text, "http_errors_total", "counter", "Answers of 500 and above.", ("", requests.Errors));
        Family(text, "http_error_rate_percent", "gauge", "Share of answers of 500 and above.", ("", ErrorRate(requests)));
        Family(text, "process_uptime_milliseconds", "gauge", "Since the process began.", ("", Math.Round(UptimeMs)));
        Family(text, "process_working_set_bytes", "gauge", "Memory of the process.", ("", Environment.WorkingSet));
        Family(text, "transcript_broadcasted_total", "counter", "Utterances shown live.", [.. s_roles.Select(role => ($"{{role=\"{role}\"}}", collector.Sum("transcript.broadcasted", "role", role)))]);
        Family(text, "transcript_dedupe_drops_total", "counter", "Utterances that were there already.", [.. s_roles.Select(role => ($"{{role=\"{role}\"}}", collector.Sum("transcript.dedupe_drops", "role", role)))]);
        foreach (var family in collector.Collect())
        {
            if (!family.Instrument.StartsWith("transcript.broadcasted", StringComparison.Ordinal) && !family.Instrument.StartsWith("transcript.dedupe", StringComparison.Ordinal)) family.Write(text);
        }

        return text.ToString();
    }

    private static JsonObject Summary(RequestStatistics requests, MetricsCollector collector)
    {
        var times = requests.SortedTimes();
        return new()
        {
            ["requests"] = new JsonObject { ["total"] = requests.Total, ["byStatus"] = Counts(requests.ByStatus), ["byMethod"] = Counts(requests.ByMethod), ["byRoute"] = Counts(requests.ByRoute) },
            ["responseTime"] = new JsonObject
            {
                ["min"] = times.FirstOrDefault(),
                ["max"] = times.LastOrDefault(),
                ["avg"] = times.Length == 0 ? 0 : times.Average(),
                ["p50"] = RequestStatistics.Quantile(times, 0.5),
                ["p95"] = RequestStatistics.Quantile(times, 0.95),
                ["p99"] = RequestStatistics.Quantile(times, 0.99),
                ["samples"] = new JsonArray([.. times]),
            },
            ["errors"] = new JsonObject { ["total"] = requests.Errors, ["rate"] = ErrorRate(requests) },
            ["uptime"] = Math.Round(UptimeMs),
            ["transcripts"] = new JsonObject
            {
                ["mode"] = "database",
                ["ttlSeconds"] = 0,
                ["broadcasted"] = ByRole(collector, "transcript.broadcasted"),
                ["dedupeDrops"] = ByRole(collector, "transcript.dedupe_drops"),
                ["cacheSize"] = 0,
            },
        };
    }

    private static JsonObject Counts(IReadOnlyDictionary<string, long> counts) => new(counts.Select(static pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));

    private static JsonObject ByRole(MetricsCollector collector, string instrument) => new(s_roles.Select(role => KeyValuePair.Create(role, (JsonNode?)collector.Sum(instrument, "role", role))));

    private static double ErrorRate(RequestStatistics requests) => requests.Total == 0 ? 0 : 100.0 * requests.Errors / requests.Total;

    private static void Family(StringBuilder text, string name, string type, string help, params (string Suffix, double Value)[] series)
    {
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");
        foreach (var (suffix, value) in series) text.Append(CultureInfo.InvariantCulture, $"{name}{suffix} {value}\n");
    }
}
