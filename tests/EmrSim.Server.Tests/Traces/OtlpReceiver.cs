using System.Buffers.Binary;
using System.Collections.Concurrent;
using EmrSim.Server.Tests.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EmrSim.Server.Tests.Traces;

/// <summary>Takes traces by OTLP over HTTP, or over gRPC without TLS (h2c), as a collector does.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private const int FrameHead = 5;
    private readonly WebApplication _app;
    private readonly bool _isGrpc;

    private OtlpReceiver(WebApplication app, bool isGrpc) => (_app, _isGrpc) = (app, isGrpc);

    public string Url { get; private set; } = "";

    public ConcurrentQueue<ReceivedSpan> Spans { get; } = new();

    public ConcurrentQueue<string?> Keys { get; } = new();

    /// <summary>Every export as it came, for what no reading of its fields would show.</summary>
    public ConcurrentQueue<byte[]> Exports { get; } = new();

    /// <summary>What a server needs to be told to send here soon.</summary>
    public (string Name, string Value)[] Settings => [("OTEL_EXPORTER_OTLP_ENDPOINT", Url), ("OTEL_EXPORTER_OTLP_HEADERS", "x-receiver-key=of-the-receiver"), ("OTEL_BSP_SCHEDULE_DELAY", "100"), ("OTEL_EXPORTER_OTLP_PROTOCOL", _isGrpc ? "grpc" : "http/protobuf")];

    public static async Task<OtlpReceiver> StartAsync(bool isGrpc = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = isGrpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var receiver = new OtlpReceiver(app, isGrpc);
        if (isGrpc) app.MapPost("/opentelemetry.proto.collector.trace.v1.TraceService/Export", receiver.TakeCallAsync);
        else app.MapPost("/v1/traces", receiver.TakeAsync);
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
        Assert.Equal("application/x-protobuf", context.Request.ContentType);
        Keep(context, await BodyAsync(context));
        context.Response.ContentType = "application/x-protobuf";
    }

    // One message: a byte that says whether it is packed, its length, the message. The answer is an empty one, and the status behind it.
    private async Task TakeCallAsync(HttpContext context)
    {
        Assert.Equal(("application/grpc", HttpProtocol.Http2), (context.Request.ContentType, context.Request.Protocol));
        var body = await BodyAsync(context);
        Assert.Equal((0, body.Length - FrameHead), (body[0], BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(1))));
        Keep(context, body[FrameHead..]);
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[FrameHead], context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static async Task<byte[]> BodyAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }

    private void Keep(HttpContext context, byte[] export)
    {
        Keys.Enqueue(context.Request.Headers["x-receiver-key"]);
        Exports.Enqueue(export);
        foreach (var span in ReceivedSpan.Read(export)) Spans.Enqueue(span);
    }
}
