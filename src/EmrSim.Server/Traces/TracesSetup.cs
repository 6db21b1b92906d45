using EmrSim.Server.Settings;

namespace EmrSim.Server.Traces;

/// <summary>Traces by OpenTelemetry, when they have somewhere to go.</summary>
public static class TracesSetup
{
    public static void AddTraces(this IServiceCollection services, ServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Traces.Endpoint is not null) Add(services);
    }

    // Apart, so that without traces not even its type is looked at.
    private static void Add(IServiceCollection services) => services.AddHostedService<OtlpTraces>();
}
