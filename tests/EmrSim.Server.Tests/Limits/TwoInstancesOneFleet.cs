using System.Net;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;
using EmrSim.Server.Tests.Voice;

namespace EmrSim.Server.Tests.Limits;

/// <summary>Two instances on one Redis and one PostgreSQL, before and after that Redis was killed.</summary>
public sealed class TwoInstancesOneFleet(PostgresInstallation on) : IAsyncLifetime
{
    private const int Most = 10;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private FakeUpstream _upstream = null!;
    private RedisServer _redis = null!;
    private Place _place = null!;
    private ServerProcess _first = null!;
    private ServerProcess _second = null!;

    [Fact]
    public async Task Count_their_limits_together()
    {
        Assert.Equal(Most, await PassedAsync("before"));
        await KillRedisAsync();
        Assert.Equal(Most, await PassedAsync("after"));
        await _redis.RunAsync();
        await HealthIsAsync("healthy");
        // Counters that were begun in the database are added to those on Redis when they are moved.
        Assert.Equal(0, await PassedAsync("after"));
        Assert.Equal(Most, await PassedAsync("again"));
    }

    [Fact]
    public async Task Open_what_the_other_has_sealed()
    {
        await HandshakesAsync();
        var kept = await _first.Http.StartSessionAsync();
        await _first.Http.SecretAsync(kept);
        await KillRedisAsync();
        await HandshakesAsync();

        // What only the dead server held is minted again, once.
        var before = _upstream.Secrets.Count;
        using (var answer = await _second.Http.OfferAsync(kept)) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(before + 1, _upstream.Secrets.Count);
        await _redis.RunAsync();
        await HealthIsAsync("healthy");
        await HandshakesAsync();
    }

    public async ValueTask InitializeAsync()
    {
        _upstream = await FakeUpstream.StartAsync();
        _redis = await RedisServer.StartAsync();
        _place = await on.NewPlaceAsync();
        var settings = VoiceServer.Settings(_upstream, ("REDIS_URL", _redis.Url), ("LIMIT_TOKEN_PER_SESSION", $"{Most}"), ("DATABASE_URL", _place.Settings["DATABASE_URL"]));
        (_first, _second) = (await ServerProcess.StartAsync(settings), await ServerProcess.StartAsync(settings));
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        await _redis.DisposeAsync();
        await _upstream.DisposeAsync();
        _place.Dispose();
    }

    // At both instances at once, a few at a time: a store that is overloaded counts in two tiers.
    private async Task<int> PassedAsync(string session)
    {
        var answers = new List<HttpResponseMessage>();
        while (answers.Count < 4 * Most) answers.AddRange(await Task.WhenAll(_first.Http.StatelessAsync(session), _second.Http.StatelessAsync(session)));
        Assert.Equal((4 * Most) - answers.Count(answer => answer.StatusCode == HttpStatusCode.OK), answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests));
        return answers.Count(answer => answer.StatusCode == HttpStatusCode.OK);
    }

    // The token from one instance and the offer at the other, without a new token: in both directions.
    private async Task HandshakesAsync()
    {
        foreach (var (one, other) in ((ServerProcess, ServerProcess)[])[(_first, _second), (_second, _first)])
        {
            var session = await one.Http.StartSessionAsync();
            var secret = await one.Http.SecretAsync(session);
            var minted = _upstream.Secrets.Count;
            using var answer = await other.Http.OfferAsync(session);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(minted, _upstream.Secrets.Count);
            Assert.Equal($"Bearer {secret}", _upstream.Calls.Last().Authorization);
        }
    }

    private async Task KillRedisAsync()
    {
        await _redis.KillAsync();
        await HealthIsAsync("degraded");
    }

    private async Task HealthIsAsync(string status)
    {
        foreach (var server in (ServerProcess[])[_first, _second])
        {
            await Eventually.TrueAsync(
                async () =>
                {
                    using var answer = await server.Http.GetAnswerAsync("/api/health");
                    var health = await answer.JsonAsync();
                    return health.GetProperty("status").GetString() == status && (status != "healthy" || health.GetProperty("warnings").GetArrayLength() == 0);
                },
                s_patience,
                () => $"Not {status}:\n{server.Output}");
        }
    }
}
