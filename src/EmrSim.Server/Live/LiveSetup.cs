using EmrSim.Server.Settings;

namespace EmrSim.Server.Live;

public static class LiveSetup
{
    public static void AddLiveFeed(this IServiceCollection services, ServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(settings);
    }

    public static void MapLiveFeed(this WebApplication app) => ArgumentNullException.ThrowIfNull(app);
}
