using System.Diagnostics;
using System.Globalization;

namespace EmrSim.Server.Traces;

/// <summary>The span of a request, named by its route: the path itself may hold an encounter id.</summary>
internal static class RequestSpan
{
    private static readonly string[] s_paths = ["url.path", "url.query", "url.full", "http.target", "http.url"];

    public static void End(HttpContext context, string method, string route, int status)
    {
        if (Activity.Current is not { IsAllDataRequested: true } span) return;
        foreach (var path in s_paths) span.SetTag(path, null);
        span.DisplayName = $"{method} {route}";
        span.SetTag("http.request.method", method);
        span.SetTag("http.route", route);
        span.SetTag("http.response.status_code", status);
        if (status >= StatusCodes.Status500InternalServerError)
        {
            span.SetTag("error.type", status.ToString(CultureInfo.InvariantCulture));
            span.SetStatus(ActivityStatusCode.Error);
        }

        // Balancers and scrapers ask every few seconds.
        var asked = context.Request.Path;
        if (asked.StartsWithSegments("/health") || asked.StartsWithSegments("/api/health") || asked.StartsWithSegments("/metrics")) span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
    }
}
