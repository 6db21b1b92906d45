using EmrSim.Contracts;
using EmrSim.Server.Http;
using EmrSim.Server.Teaching;

namespace EmrSim.Server.Status;

/// <summary>The operator's page and what it is told.</summary>
public static class StatusSetup
{
    public static void AddStatus(this IServiceCollection services)
    {
        services.AddSingleton<RecentEvents>();
        services.AddSingleton<ILoggerProvider>(static all => all.GetRequiredService<RecentEvents>());
        services.AddSingleton<StatusHistory>();
        services.AddHostedService(static all => all.GetRequiredService<StatusHistory>());
        services.AddHostedService<DegradedNotice>();
        services.AddSingleton<StatusReport>();
    }

    public static void MapStatus(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGet("/api/operator/status", static async (StatusReport report, CancellationToken cancellationToken) => Answer.Json(await report.WriteAsync(cancellationToken)))
            .AddEndpointFilter(TeachingRoutes.TeachersOnlyAsync)
            .WithTags("Operations").WithSummary("Instances, tiers, encounters, recent events and the last 15 minutes; needs the teacher key").Produces<SystemStatus>();
    }
}
