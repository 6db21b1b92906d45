using EmrSim.Server.Settings;

namespace EmrSim.Server.Storage;

public static class StorageSetup
{
    public static void AddStorage(this IServiceCollection services, ServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(settings);
        services.AddSingleton(settings.Storage);
        services.AddSingleton<AppDatabase>();
        services.AddHostedService<ServingMark>();
    }
}
