using EmrSim.Server.Settings;

namespace EmrSim.Server.Operations;

/// <summary>What an operator sees: health, metrics, version, API documents, logs and the lines at start.</summary>
public static class OperationsSetup
{
    public static void AddOperations(this IServiceCollection services, ServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        services.AddSingleton<RequestStatistics>();
        services.AddSingleton<MetricsCollector>();
        services.AddSingleton<Health>();
        services.AddHostedService<StartNotice>();
        services.AddSingleton<WarmStart>();
        services.AddHostedService(static all => all.GetRequiredService<WarmStart>());
        services.AddApiDocument();
        services.AddLogging(logging => logging.AddServerLog(settings.Listen.LogLevel));
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
    }

    public static void MapOperations(this WebApplication app)
    {
        app.MapHealth();
        app.MapMetrics();
        app.MapVersion();
        app.MapApiDocument();
    }
}
