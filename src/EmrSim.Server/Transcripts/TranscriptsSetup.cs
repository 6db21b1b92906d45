using EmrSim.Server.Settings;

namespace EmrSim.Server.Transcripts;

public static class TranscriptsSetup
{
    public static void AddTranscripts(this IServiceCollection services, ServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(settings);
    }

    public static void MapTranscripts(this WebApplication app) => ArgumentNullException.ThrowIfNull(app);
}
