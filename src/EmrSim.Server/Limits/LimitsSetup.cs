using EmrSim.Server.Settings;

namespace EmrSim.Server.Limits;

public static class LimitsSetup
{
    public static void AddLimits(this IServiceCollection services, ServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(settings);
        services.AddSingleton<SharedLimits>();
    }
}
