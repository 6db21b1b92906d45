using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;

namespace EmrSim.Server.Live;

/// <summary>Server-sent events on one response; each is sent at once.</summary>
internal sealed class EventStream
{
    private readonly HttpResponse _response;

    private EventStream(HttpResponse response) => _response = response;

    public static EventStream Begin(HttpContext context)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        return new(response);
    }

    public async Task SendAsync(string name, object data, long? id, CancellationToken cancellationToken)
    {
        var body = _response.BodyWriter;
        if (id is { } known) Write(string.Create(CultureInfo.InvariantCulture, $"id: {known}\n"));
        Write($"event: {name}\ndata: ");
        body.Write(JsonSerializer.SerializeToUtf8Bytes(data));
        Write("\n\n");
        await body.FlushAsync(cancellationToken);
    }

    /// <summary>Keeps proxies from closing a quiet stream.</summary>
    public async Task BeatAsync(CancellationToken cancellationToken)
    {
        Write(": still here\n\n");
        await _response.BodyWriter.FlushAsync(cancellationToken);
    }

    private void Write(string text) => Encoding.UTF8.GetBytes(text, _response.BodyWriter);
}
