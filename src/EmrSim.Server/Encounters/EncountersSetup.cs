using EmrSim.Server.Settings;

namespace EmrSim.Server.Encounters;

public static class EncountersSetup
{
    public static void AddEncounters(this IServiceCollection services, ServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(settings);
        services.AddSingleton<EncounterLog>();
        services.AddSingleton<EncounterRegister>();
        services.AddSingleton<NearEncounters>();
        services.AddSingleton<EncounterEnd>();
        services.AddSingleton<Answering>();
        services.AddSingleton<SpokenGates>();
        services.AddSingleton<Conversations>();
        services.AddHostedService<EncounterSweeper>();
        services.AddHostedService<EncounterCensus>();
    }

    public static void MapEncounters(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapEncounterRoutes();
        app.MapMessages();
    }
}
