using System.Net;
using System.Text;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Voice;

/// <summary>Two instances, one database, one Redis.</summary>
public sealed class TokensInRedis : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("emrsim-redis-").FullName;
    private FakeUpstream _upstream = null!;
    private RedisServer _redis = null!;
    private ServerProcess _first = null!;
    private ServerProcess _second = null!;

    [Fact]
    public async Task Serve_at_every_instance()
    {
        var session = await _first.Http.StartSessionAsync();
        var secret = await _first.Http.SecretAsync(session);
        using var response = await _second.Http.OfferAsync(session);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal($"Bearer {secret}", _upstream.Calls.Single().Authorization);
        Assert.Single(_upstream.Secrets);
        Assert.Contains("rtc_abc123", (string?)await _redis.AskAsync("GET", $"rtc:call:{session}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cannot_be_read_or_moved_by_a_reader_of_redis_and_end_within_a_minute()
    {
        var victim = await _first.Http.StartSessionAsync();
        await _first.Http.SecretAsync(victim);
        var kept = Encoding.Latin1.GetString((byte[])(await _redis.AskAsync("GET", $"rtc:token:{victim}"))!);
        Assert.True(kept.Length > 50, kept);
        Assert.DoesNotContain("ek_", kept, StringComparison.Ordinal);
        Assert.InRange((int)await _redis.AskAsync("TTL", $"rtc:token:{victim}"), 50, 60);

        var thief = await _first.Http.StartSessionAsync();
        await _redis.AskAsync("COPY", $"rtc:token:{victim}", $"rtc:token:{thief}");
        using var response = await _second.Http.OfferAsync(thief);
        await response.RefusedAsync(HttpStatusCode.PreconditionFailed, "no_rtc_token");
    }

    [Fact]
    public async Task Are_minted_again_when_redis_has_lost_them()
    {
        var session = await _first.Http.StartSessionAsync();
        await _first.Http.SecretAsync(session);
        await _redis.AskAsync("DEL", $"rtc:token:{session}");
        using var response = await _second.Http.OfferAsync(session);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, _upstream.Secrets.Count);
        using var again = await _first.Http.OfferAsync(session);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(2, _upstream.Secrets.Count);
        Assert.Single(_upstream.Calls.Select(call => call.Authorization).Distinct());
    }

    public async ValueTask InitializeAsync()
    {
        _upstream = await FakeUpstream.StartAsync();
        _redis = await RedisServer.StartAsync();
        var settings = VoiceServer.Settings(_upstream, ("REDIS_URL", _redis.Url));
        (_first, _second) = (await ServerProcess.StartAsync(settings, _data), await ServerProcess.StartAsync(settings, _data));
    }

    public async ValueTask DisposeAsync()
    {
        if (_second is not null) await _second.DisposeAsync();
        if (_first is not null) await _first.DisposeAsync();
        if (_redis is not null) await _redis.DisposeAsync();
        if (_upstream is not null) await _upstream.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }
}
