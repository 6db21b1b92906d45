using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EmrSim.Server.Transcripts;
using Microsoft.AspNetCore.Http.Features;

namespace EmrSim.Server.Live;

/// <summary>Server-sent events on one response; each is sent at once.</summary>
internal sealed class EventStream : IDisposable
{
    // The page takes a stream that is silent for three of these for dead, as it does a socket.
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(5);

    private readonly HttpResponse _response;
    private readonly SemaphoreSlim _writing = new(1);

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

    public Task SendAsync(string name, object data, long? id, CancellationToken cancellationToken)
    {
        var place = id is { } known ? string.Create(CultureInfo.InvariantCulture, $"id: {known}\n") : "";
        return WriteAsync($"{place}event: {name}\ndata: ", JsonSerializer.SerializeToUtf8Bytes(data, data.GetType(), RecordJson.Default), cancellationToken);
    }

    /// <summary>Keeps proxies from closing a quiet stream, until it is cancelled.</summary>
    public async Task BeatAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_heartbeat, clock);
        do await WriteAsync(": still here", [], cancellationToken);
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    public void Dispose() => _writing.Dispose();

    private async Task WriteAsync(string head, byte[] data, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            Write(head);
            _response.BodyWriter.Write(data);
            Write("\n\n");
            await _response.BodyWriter.FlushAsync(cancellationToken);
        }
        finally
        {
            _writing.Release();
        }
    }

    private void Write(string text) => Encoding.UTF8.GetBytes(text, _response.BodyWriter);
}
