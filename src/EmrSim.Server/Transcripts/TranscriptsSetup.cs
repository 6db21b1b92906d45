using EmrSim.Server.Settings;

namespace EmrSim.Server.Transcripts;

public static class TranscriptsSetup
{
    public static void AddTranscripts(this IServiceCollection services, ServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(settings);
        services.AddSingleton<TurnJournal>();
        services.AddSingleton<TranscriptLog>();
        services.AddSingleton<Relay>();
    }

    public static void MapTranscripts(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapTurns();
        app.MapTranscriptExports();
        app.MapRelay();
    }
}
