using System.Net;
using EmrSim.Server.Tests.Processes;
using Microsoft.Data.Sqlite;

namespace EmrSim.Server.Tests.Voice;

/// <summary>Without a shared session store each instance has only its own memory: what another one keeps, or a killed one kept, is lost to it.</summary>
public sealed class LostTokens : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("emrsim-lost-").FullName;
    private FakeUpstream _upstream = null!;

    [Fact]
    public async Task Are_minted_again_with_the_same_parameters_after_a_kill()
    {
        string session;
        await using (var first = await StartAsync())
        {
            session = await first.Http.StartSessionAsync();
            await first.Http.TokenAsync(new { session_id = session, voice = "verse", model = "gpt-realtime-2.1", input_language = "es", role_id = "family" });
            await first.KillAsync();
        }

        await using var second = await StartAsync();
        for (var i = 0; i < 3; i++)
        {
            using var response = await second.Http.OfferAsync(session);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("Bearer ek_secret2", _upstream.Calls.Last().Authorization);
        }

        Assert.Equal(2, _upstream.Secrets.Count);
        Assert.Equal(_upstream.Secrets.First().Body, _upstream.Secrets.Last().Body);
        Assert.Contains("\"es\"", _upstream.LastSecret.Body, StringComparison.Ordinal);
        using var metrics = await second.Http.GetAnswerAsync("/metrics");
        Assert.Matches("(?m)^voice_tokens_reminted(_total)?(\\{.*\\})? 1$", await metrics.TextAsync());
    }

    [Fact]
    public async Task Are_minted_again_by_one_instance_only_and_used_by_all()
    {
        var starts = await Task.WhenAll(StartAsync(), StartAsync(), StartAsync());
        await using var first = starts[0];
        await using var second = starts[1];
        await using var third = starts[2];
        var session = await first.Http.StartSessionAsync();
        await first.Http.SecretAsync(session);
        using var others = new CountdownEvent(20);
        var allAsked = new TaskCompletionSource();
        _upstream.OnSecret = async context =>
        {
            await allAsked.Task.WaitAsync(context.RequestAborted);
            await FakeUpstream.Answers(200, $$"""{"value":"ek_again","expires_at":{{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 60}}}""")(context);
        };

        var offers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? second : third).Http.PostAsync(
            new Uri("/api/voice/sdp", UriKind.Relative),
            new NoticedContent(new { session_id = session, sdp = VoiceSteps.Offer }, () =>
            {
                if (others.Signal()) allAsked.SetResult();
            }))));
        Assert.All(offers, offer => Assert.Equal(HttpStatusCode.OK, offer.StatusCode));
        Assert.Equal(2, _upstream.Secrets.Count);
        Assert.All(_upstream.Calls, call => Assert.Equal("Bearer ek_again", call.Authorization));
        Assert.Equal(20, _upstream.Calls.Count);
    }

    [Fact]
    public async Task Are_tried_again_after_a_mint_that_failed()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        var session = await first.Http.StartSessionAsync();
        await first.Http.SecretAsync(session);
        _upstream.OnSecret = FakeUpstream.Answers(500, "{}");
        using var refused = await second.Http.OfferAsync(session);
        await refused.RefusedAsync(HttpStatusCode.BadGateway, "upstream_error");
        _upstream.OnSecret = null;
        using var served = await second.Http.OfferAsync(session);
        Assert.Equal(HttpStatusCode.OK, served.StatusCode);
    }

    [Fact]
    public async Task Stay_lost_once_their_time_is_over()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        _upstream.SecretLife = TimeSpan.FromSeconds(2);
        var session = await first.Http.StartSessionAsync();
        await first.Http.SecretAsync(session);
        await ChangeAsync($"update rtc_token_issue set expires_at = {TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - 1} where session_id = '{session}'");
        using var response = await second.Http.OfferAsync(session);
        await response.RefusedAsync(HttpStatusCode.PreconditionFailed, "no_rtc_token");
        Assert.Single(_upstream.Secrets);
    }

    [Fact]
    public async Task Leave_no_trace_when_the_database_is_busy_yet_the_token_is_given()
    {
        await using var server = await StartAsync();
        await using var locker = new SqliteConnection($"Data Source={Path.Combine(_data, "emrsim.db")};Pooling=False");
        await locker.OpenAsync(TestContext.Current.CancellationToken);
        await using (var hold = locker.BeginTransaction(deferred: false))
        {
            using var token = await server.Http.StatelessAsync("while-locked");
            Assert.Equal(HttpStatusCode.OK, token.StatusCode);
            using var call = await server.Http.OfferAsync("while-locked");
            Assert.Equal(HttpStatusCode.OK, call.StatusCode);
        }
    }

    [Fact]
    public async Task Are_kept_sealed()
    {
        await using var first = await StartAsync();
        await using var second = await StartAsync();
        var session = await first.Http.StartSessionAsync();
        await first.Http.SecretAsync(session);
        using var response = await second.Http.OfferAsync(session);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        foreach (var file in Directory.GetFiles(_data))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            var content = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.DoesNotContain("ek_secret", content, StringComparison.Ordinal);
            Assert.DoesNotContain(FakeUpstream.Key, content, StringComparison.Ordinal);
        }
    }

    public async ValueTask InitializeAsync() => _upstream = await FakeUpstream.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _upstream.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    private Task<ServerProcess> StartAsync() => ServerProcess.StartAsync(VoiceServer.Settings(_upstream), _data);

    private async Task ChangeAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(_data, "emrsim.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }
}
