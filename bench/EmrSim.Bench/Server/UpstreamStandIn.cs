using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EmrSim.Bench.Server;

/// <summary>The voice service's two calls, answered at once: on the same cores, as when the earlier backend was measured.</summary>
public sealed class UpstreamStandIn : IAsyncDisposable
{
    private readonly WebApplication _app;

    private UpstreamStandIn(WebApplication app, string address)
    {
        _app = app;
        Address = address;
    }

    public string Address { get; }

    public static async Task<UpstreamStandIn> StartAsync()
    {
        var port = RedisBeside.FreePort();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        app.MapPost("/v1/realtime/client_secrets", () => Results.Text("""{"value":"ek_bench","expires_at":4102444800,"session":{"id":"sess_1","type":"realtime"}}""", "application/json"));
        app.MapPost("/v1/realtime/calls", (HttpContext context) =>
        {
            context.Response.Headers.Location = "/v1/realtime/calls/rtc_1";
            return Results.Text("v=0\r\no=- 2 2 IN IP4 127.0.0.1\r\ns=-\r\n", "application/sdp", statusCode: StatusCodes.Status201Created);
        });
        await app.StartAsync();
        return new(app, $"http://127.0.0.1:{port}/v1");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
