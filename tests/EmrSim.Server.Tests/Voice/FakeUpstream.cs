using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EmrSim.Server.Tests.Voice;

/// <summary>Speaks the two GA calls of the realtime voice service, records what it got and misbehaves when told to.</summary>
public sealed class FakeUpstream : IAsyncDisposable
{
    public const string Key = "sk-proj-test-1234567890abcdef";
    private readonly WebApplication _app;
    private int _made;

    private FakeUpstream(WebApplication app) => _app = app;

    public Uri BaseUrl { get; private set; } = null!;

    public ConcurrentQueue<Received> Secrets { get; } = new();

    public ConcurrentQueue<Received> Calls { get; } = new();

    /// <summary>What happens instead of the usual answer of client_secrets; null for the usual.</summary>
    public Func<HttpContext, Task>? OnSecret { get; set; }

    /// <summary>What happens instead of the usual answer of calls; null for the usual.</summary>
    public Func<HttpContext, Task>? OnCall { get; set; }

    public TimeSpan SecretLife { get; set; } = TimeSpan.FromSeconds(60);

    public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>
    {
        ["VOICE_ENABLED"] = "true",
        ["OPENAI_API_KEY"] = Key,
        ["OPENAI_BASE_URL"] = BaseUrl.ToString(),
    };

    public Received LastSecret => Secrets.Last();

    public static async Task<FakeUpstream> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var upstream = new FakeUpstream(app);
        app.MapPost("/v1/realtime/client_secrets", upstream.MakeSecretAsync);
        app.MapPost("/v1/realtime/calls", upstream.OpenCallAsync);
        await app.StartAsync();
        upstream.BaseUrl = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/v1");
        return upstream;
    }

    public void Behave()
    {
        OnSecret = null;
        OnCall = null;
        SecretLife = TimeSpan.FromSeconds(60);
    }

    public static Func<HttpContext, Task> Answers(int status, string body, string type = "application/json", string? retryAfter = null) => async context =>
    {
        context.Response.StatusCode = status;
        if (retryAfter is not null) context.Response.Headers.RetryAfter = retryAfter;
        context.Response.ContentType = type;
        await context.Response.WriteAsync(body);
    };

    /// <summary>Nothing ever comes.</summary>
    public static Task Hangs(HttpContext context) => Task.Delay(Timeout.Infinite, context.RequestAborted);

    /// <summary>The headers come, the body never ends.</summary>
    public static async Task StopsHalfway(HttpContext context)
    {
        await context.Response.WriteAsync("{\"value\":\"ek_ha");
        await context.Response.Body.FlushAsync();
        await Task.Delay(Timeout.Infinite, context.RequestAborted);
    }

    public static Task Drops(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task MakeSecretAsync(HttpContext context)
    {
        Secrets.Enqueue(await Received.OfAsync(context));
        if (OnSecret is { } other)
        {
            await other(context);
            return;
        }

        var expires = TimeProvider.System.GetUtcNow().Add(SecretLife).ToUnixTimeSeconds();
        await context.Response.WriteAsJsonAsync(new { value = $"ek_secret{Interlocked.Increment(ref _made)}", expires_at = expires, session = new { id = "sess_1", type = "realtime", nested = new { value = "not this" } } });
    }

    private async Task OpenCallAsync(HttpContext context)
    {
        Calls.Enqueue(await Received.OfAsync(context));
        if (OnCall is { } other)
        {
            await other(context);
            return;
        }

        context.Response.StatusCode = (int)HttpStatusCode.Created;
        context.Response.Headers.Location = "/v1/realtime/calls/rtc_abc123";
        context.Response.ContentType = "application/sdp";
        await context.Response.WriteAsync("v=0\r\no=- answer\r\n");
    }
}

public sealed record Received(string? Authorization, string? ContentType, string Body)
{
    public IReadOnlyDictionary<string, string> Headers { get; private init; } = new Dictionary<string, string>();

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    public JsonElement Session => Json.GetProperty("session");

    public static async Task<Received> OfAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        return new(context.Request.Headers.Authorization, context.Request.ContentType, await reader.ReadToEndAsync())
        {
            Headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
        };
    }
}
