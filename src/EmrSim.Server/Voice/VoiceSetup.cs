using EmrSim.Server.Settings;

namespace EmrSim.Server.Voice;

public static class VoiceSetup
{
    public static void AddVoice(this IServiceCollection services, ServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(settings);
    }

    public static void MapVoice(this WebApplication app) => ArgumentNullException.ThrowIfNull(app);
}
