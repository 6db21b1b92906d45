using System.Diagnostics;
using EmrSim.Server.Settings;

namespace EmrSim.Server.Operations;

/// <summary>What the server says of itself.</summary>
public sealed class Health(ServerSettings settings)
{
    private static readonly long s_started = Stopwatch.GetTimestamp();

    public object Report() => new
    {
        ok = true,
        status = "healthy",
        uptime_s = (int)Stopwatch.GetElapsedTime(s_started).TotalSeconds,
        db = "ok",
        openai = settings.Voice.ApiKey is null ? "err" : "ok",
        features = new { voiceEnabled = settings.Voice.Enabled, spsEnabled = true, voiceDebug = false },
    };
}

public static class HealthRoutes
{
    public static void MapHealth(this WebApplication app)
    {
        var health = app.Services.GetRequiredService<Health>();
        foreach (var path in (string[])["/health", "/api/health"]) app.MapGet(path, () => Results.Json(health.Report()));
        app.MapGet("/health/live", () => Results.Json(new { status = "alive" }));
        app.MapGet("/health/ready", () => Results.Json(new { status = "healthy" }));
    }
}
