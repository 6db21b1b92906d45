using System.Text.Json.Nodes;
using EmrSim.Server.Http;

namespace EmrSim.Server.Operations;

public static class HealthRoutes
{
    public static void MapHealth(this WebApplication app)
    {
        var health = app.Services.GetRequiredService<Health>();
        var warm = app.Services.GetRequiredService<WarmStart>();
        var lifetime = app.Services.GetRequiredService<IHostApplicationLifetime>();
        foreach (var path in (string[])["/health", "/api/health"])
        {
            app.MapGet(path, async () =>
                {
                    var report = await health.ReportAsync();
                    return Results.Text(OperationsJson.Written(report), "application/json; charset=utf-8", report.Ok ? StatusCodes.Status200OK : StatusCodes.Status500InternalServerError);
                })
                .Produces<HealthAnswer>().WithTags("Operations").WithSummary("The state of the system and of each tier of the session store");
        }

        app.MapGet("/health/live", static () => Answer.Json(new JsonObject { ["status"] = "alive" }))
            .WithTags("Operations").WithSummary("Whether the process works; depends on nothing else");
        app.MapGet("/health/ready", async (CancellationToken cancellationToken) =>
            {
                // A second at most, and no failure that a start would have to explain.
                await warm.Over.WaitAsync(cancellationToken);
                return !lifetime.ApplicationStopping.IsCancellationRequested && await health.IsDatabaseReachableAsync()
                    ? Answer.Json(new JsonObject { ["status"] = "ready" })
                    : Answer.Json(new JsonObject { ["status"] = "not_ready" }, statusCode: StatusCodes.Status503ServiceUnavailable);
            })
            .WithTags("Operations").WithSummary("Whether requests should come here: warm, not stopping, the database answers; never depends on the session store");
    }
}
