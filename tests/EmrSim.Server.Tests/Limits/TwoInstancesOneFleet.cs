using System.Net;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;
using EmrSim.Server.Tests.Voice;

namespace EmrSim.Server.Tests.Limits;

/// <summary>Two instances, started at once on an empty PostgreSQL, and one Redis, before and after that Redis was killed or one of them lost it.</summary>
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
    public async Task Let_no_more_pass_at_one_that_alone_has_lost_redis_than_a_window_allows()
    {
        await _redis.AskAsync("ACL", "SETUSER", "second", "off");
        await _redis.AskAsync("CLIENT", "KILL", "USER", "second");
        await HealthIsAsync("degraded", _second);
        var passed = 0;
        var begun = TimeProvider.System.GetTimestamp();

        // Over several beats, in each of which the first moves the other's counters up to Redis.
        while (TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(7))
        {
            using var answer = await _second.Http.StatelessAsync("apart");
            if (answer.StatusCode == HttpStatusCode.OK) passed++;
            else Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        Assert.Equal(Most, passed);
        using var refused = await _first.Http.StatelessAsync("apart");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
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
        await _redis.AskAsync("ACL", "SETUSER", "second", "on", ">hush-hush", "~*", "&*", "+@all");
        // Launched before either is waited for: each sees a database without tables and without keys.
        (_first, _second) = (ServerProcess.Launch(Settings(_redis.Url)), ServerProcess.Launch(Settings($"redis://second:hush-hush@127.0.0.1:{_redis.Port}")));
        foreach (var server in (ServerProcess[])[_first, _second]) await Eventually.TrueAsync(() => server.AnswersAsync("/health/ready"), s_patience, () => server.Output);
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        await _redis.DisposeAsync();
        await _upstream.DisposeAsync();
        _place.Dispose();
    }

    private Dictionary<string, string> Settings(string redis) =>
        VoiceServer.Settings(_upstream, ("REDIS_URL", redis), ("LIMIT_TOKEN_PER_SESSION", $"{Most}"), ("DATABASE_URL", _place.Settings["DATABASE_URL"]));

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

    private async Task HealthIsAsync(string status, ServerProcess? of = null)
    {
        foreach (var server in of is null ? (ServerProcess[])[_first, _second] : [of])
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
