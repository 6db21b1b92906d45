using EmrSim.Server.Settings;

namespace EmrSim.Server.Operations;

public static class OperationsSetup
{
    public static void AddOperations(this IServiceCollection services, ServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(settings);
    }

    public static void MapOperations(this WebApplication app) => app.MapGet("/health/ready", () => Results.Json(new { status = "healthy" }));
}
