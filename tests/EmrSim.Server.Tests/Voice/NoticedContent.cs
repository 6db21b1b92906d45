using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace EmrSim.Server.Tests.Voice;

/// <summary>A JSON body that says when it is on its way.</summary>
public sealed class NoticedContent : ByteArrayContent
{
    private readonly Action _sent;

    public NoticedContent(object body, Action sent)
        : base(JsonSerializer.SerializeToUtf8Bytes(body))
    {
        _sent = sent;
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await base.SerializeToStreamAsync(stream, context, cancellationToken);
        await stream.FlushAsync(cancellationToken);
        _sent();
    }
}
