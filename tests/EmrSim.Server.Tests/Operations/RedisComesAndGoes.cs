using System.Net;
using System.Text.Json;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Voice;

namespace EmrSim.Server.Tests.Operations;

/// <summary>Two instances on one database, and a Redis that is away at the start, comes, dies in mid-handshake and comes back.</summary>
public sealed class RedisComesAndGoes : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly string _data = Directory.CreateTempSubdirectory("emrsim-goes-").FullName;
    private RedisServer _redis = null!;
    private FakeUpstream _upstream = null!;
    private ServerProcess _first = null!;
    private ServerProcess _second = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = RedisServer.Prepare(["--requirepass", "hush-hush"]);
        _upstream = await FakeUpstream.StartAsync();
        var settings = VoiceServer.Settings(_upstream, ("REDIS_URL", $"redis://:hush-hush@127.0.0.1:{_redis.Port}/0"));
        _first = await ServerProcess.StartAsync(settings, _data);
        _second = await ServerProcess.StartAsync(settings, _data);
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        await _upstream.DisposeAsync();
        await _redis.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task And_every_handshake_that_was_begun_is_finished()
    {
        await HealthAsync(_first, "degraded", connected: false);
        await HandshakeAsync();

        await _redis.RunAsync();
        await HealthAsync(_first, "healthy", connected: true);
        await HealthAsync(_second, "healthy", connected: true);
        await HandshakeAsync();

        var session = await _first.Http.StartSessionAsync();
        await _first.Http.SecretAsync(session);
        await _redis.KillAsync();
        using (var answer = await _second.Http.OfferAsync(session)) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await HealthAsync(_second, "degraded", connected: false);
        await HandshakeAsync();

        await _redis.RunAsync();
        await HealthAsync(_first, "healthy", connected: true);
        await HealthAsync(_second, "healthy", connected: true);
        await HandshakeAsync();
        using (var again = await _first.Http.OfferAsync(session)) Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        foreach (var server in (ServerProcess[])[_first, _second])
        {
            Assert.DoesNotContain("hush-hush", server.Output, StringComparison.Ordinal);
            Assert.Equal(0, await server.StopAsync());
        }
    }

    [Fact]
    public async Task And_readiness_does_not_care()
    {
        using var ready = await _first.Http.GetAnswerAsync("/health/ready");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        using var live = await _first.Http.GetAnswerAsync("/health/live");
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    // The token from one instance, the offer at the other, in both directions.
    private async Task HandshakeAsync()
    {
        foreach (var (one, other) in ((ServerProcess, ServerProcess)[])[(_first, _second), (_second, _first)])
        {
            var session = await one.Http.StartSessionAsync();
            await one.Http.SecretAsync(session);
            using var answer = await other.Http.OfferAsync(session);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    private static async Task HealthAsync(ServerProcess server, string status, bool connected)
    {
        JsonElement health = default;
        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await server.Http.GetAnswerAsync("/api/health");
                health = await answer.JsonAsync();
                return health.GetProperty("status").GetString() == status && health.GetProperty("redis").GetProperty("connected").GetBoolean() == connected;
            },
            s_patience,
            () => $"{health}\n{server.Output}");
        Assert.True(health.GetProperty("ok").GetBoolean());
        Assert.Contains(":***@127.0.0.1", health.GetProperty("redis").GetProperty("url").GetString(), StringComparison.Ordinal);
        Assert.Equal(["redis", "database", "memory"], health.GetProperty("tiers").EnumerateArray().Select(static tier => tier.GetProperty("name").GetString()));
        Assert.Equal(connected ? "redis" : "sqlite", health.GetProperty("storage").GetString());
    }
}
