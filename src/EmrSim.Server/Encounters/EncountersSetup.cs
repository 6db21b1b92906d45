using EmrSim.Server.Settings;

namespace EmrSim.Server.Encounters;

public static class EncountersSetup
{
    public static void AddEncounters(this IServiceCollection services, ServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(settings);
    }

    public static void MapEncounters(this WebApplication app) => ArgumentNullException.ThrowIfNull(app);
}
