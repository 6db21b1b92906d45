using System.Collections.Concurrent;
using EmrSim.Server.Tests.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EmrSim.Server.Tests.Traces;

/// <summary>Takes traces by OTLP over HTTP, as a collector does.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly WebApplication _app;

    private OtlpReceiver(WebApplication app) => _app = app;

    public string Url { get; private set; } = "";

    public ConcurrentQueue<ReceivedSpan> Spans { get; } = new();

    public ConcurrentQueue<string?> Keys { get; } = new();

    /// <summary>What a server needs to be told to send here soon.</summary>
    public (string Name, string Value)[] Settings => [("OTEL_EXPORTER_OTLP_ENDPOINT", Url), ("OTEL_EXPORTER_OTLP_HEADERS", "x-receiver-key=of-the-receiver"), ("OTEL_BSP_SCHEDULE_DELAY", "100")];

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var receiver = new OtlpReceiver(app);
        app.MapPost("/v1/traces", receiver.TakeAsync);
        await app.StartAsync();
        receiver.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return receiver;
    }

    /// <summary>All spans of the trace that a request with this id began, once they include one of each of these names.</summary>
    public async Task<IReadOnlyList<ReceivedSpan>> TraceAsync(string requestId, params string[] names)
    {
        IReadOnlyList<ReceivedSpan> Found() => Spans.FirstOrDefault(span => span.RequestId == requestId) is { } one ? [.. Spans.Where(span => span.Trace == one.Trace)] : [];
        await Eventually.TrueAsync(
            () => names.All(name => Found().Any(span => span.Name == name)),
            s_patience,
            () => $"Of {requestId} there is:\n{string.Join('\n', Found().Select(span => span.Everything))}\nand in all:\n{string.Join('\n', Spans.Select(span => span.Everything))}");
        return Found();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        Assert.Equal("application/x-protobuf", context.Request.ContentType);
        Keys.Enqueue(context.Request.Headers["x-receiver-key"]);
        foreach (var span in ReceivedSpan.Read(body.ToArray())) Spans.Enqueue(span);
        context.Response.ContentType = "application/x-protobuf";
    }
}
