using EmrSim.Server.Operations;
using EmrSim.Server.Settings;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace EmrSim.Server.Traces;

/// <summary>Sends spans by OTLP. The one type that names OpenTelemetry: without it none of its assemblies is loaded.</summary>
internal sealed class OtlpTraces : IHostedService, IDisposable
{
    private readonly TracerProvider _provider;

    public OtlpTraces(ServerSettings settings)
    {
        var traces = settings.Traces;
        _provider = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.AddService(traces.ServiceName, serviceVersion: BuildVersion.Number))
            .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(traces.Share)))
            .AddSource("Microsoft.AspNetCore", ServerTraces.SourceName, "EmrSim.SessionStore")
            .AddOtlpExporter(exporter =>
            {
                exporter.Protocol = traces.IsGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
                exporter.Endpoint = traces.IsGrpc ? traces.Endpoint! : new($"{traces.Endpoint!.AbsoluteUri.TrimEnd('/')}/v1/traces");
                if (traces.Headers is { } headers) exporter.Headers = headers;
            })
            .Build();
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // What still waits is sent, for as long as the exporter's timeout lets it.
    public void Dispose() => _provider.Dispose();
}
