using System.Net;
using System.Text.Json;
using EmrSim.Server.Tests.Live;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;
using EmrSim.Server.Tests.Voice;

namespace EmrSim.Server.Tests.Traces;

/// <summary>One id from the caller to the database, the voice service and the other instances.</summary>
public sealed class FollowingARequest(PostgresInstallation postgres)
{
    private const string Words = "I slept badly since the fall";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_turn_said_at_one_instance_and_heard_at_another_is_one_trace()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var redis = await RedisServer.StartAsync();
        await using var two = await TwoInstances.StartAsync(postgres, redis, [.. receiver.Settings, ("LOG_LEVEL", "debug"), ("LIMIT_RELAY_PER_SESSION", "1000")]);
        await two.FeedIsAsync("live");
        using (var relayed = await two.First.SendAsync("turn-of-the-trace", $"/api/transcript/relay/{two.Session.Id}", new { role = "user", text = Words, itemId = "a" }))
            Assert.Equal(HttpStatusCode.NoContent, relayed.StatusCode);

        const string Request = "POST /api/transcript/relay/{sessionId}";
        var spans = await receiver.TraceAsync("turn-of-the-trace", Request, "session_store increment", "database append_turns", "live_feed publish", "live_feed deliver");
        ReceivedSpan Only(string name) => Assert.Single(spans, span => span.Name == name);
        var request = Only(Request);
        Assert.Equal(("", "204"), (request.Parent, request.Attributes["http.response.status_code"]));
        Assert.All(spans.Where(span => span.Name == "session_store increment"), span => Assert.Equal((request.Id, "redis", "ok"), (span.Parent, span.Attributes["session_store.tier"], span.Attributes["session_store.outcome"])));
        Assert.Equal((request.Id, "postgresql"), (Only("database append_turns").Parent, Only("database append_turns").Attributes["db.system.name"]));
        Assert.Equal(request.Id, Only("live_feed publish").Parent);
        Assert.Equal(Only("live_feed publish").Id, Only("live_feed deliver").Parent);
        Assert.NotEqual(request.Instance, Only("live_feed deliver").Instance);
        Assert.All(spans.Where(span => span.Source == "EmrSim.Server"), span => Assert.Equal("turn-of-the-trace", span.RequestId));

        await Eventually.TrueAsync(
            () => two.Second.Output.Split('\n').Any(line => line.Contains("brought from another instance", StringComparison.Ordinal) && line.Contains($"request=turn-of-the-trace trace={request.Trace}", StringComparison.Ordinal)),
            s_patience,
            () => two.Second.Output);

        Assert.All(receiver.Spans, span =>
        {
            Assert.Equal("emrsim", span.Service);
            Assert.DoesNotContain(two.Session.Id, span.Everything, StringComparison.Ordinal);
            Assert.DoesNotContain("slept", span.Everything, StringComparison.Ordinal);
        });
        Assert.All(receiver.Keys, key => Assert.Equal("of-the-receiver", key));
        Assert.DoesNotContain(receiver.Spans, span => span.Name.Contains("/health", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_voice_call_carries_the_id_to_the_voice_service_and_in_its_span()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var upstream = await FakeUpstream.StartAsync();
        await using var server = await ServerProcess.StartAsync(VoiceServer.Settings(upstream, receiver.Settings));
        var session = await server.Http.StartSessionAsync();
        using (var token = await server.SendAsync("asks-for-a-token", "/api/voice/token", new { session_id = session })) Assert.Equal(HttpStatusCode.OK, token.StatusCode);
        using (var answer = await server.SendAsync("opens-the-call", "/api/voice/sdp", new { session_id = session, sdp = VoiceSteps.Offer })) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("asks-for-a-token", upstream.LastSecret.Headers["X-Request-Id"]);
        var call = upstream.Calls.Last();
        Assert.Equal("opens-the-call", call.Headers["X-Request-Id"]);

        var spans = await receiver.TraceAsync("opens-the-call", "voice sdp", "POST /api/voice/sdp");
        var span = Assert.Single(spans, span => span.Name == "voice sdp");
        Assert.Equal(("opens-the-call", "201", upstream.BaseUrl.Host), (span.RequestId, span.Attributes["http.response.status_code"], span.Attributes["server.address"]));
        Assert.Equal(Assert.Single(spans, span => span.Name == "POST /api/voice/sdp").Id, span.Parent);
        Assert.Contains(span.Trace, call.Headers["traceparent"], StringComparison.Ordinal);
        await receiver.TraceAsync("asks-for-a-token", "voice mint");
        Assert.All(receiver.Spans, span => Assert.DoesNotMatch($"{FakeUpstream.Key}|ek_secret|v=0|{session}", span.Everything));
    }

    [Fact]
    public async Task Traces_go_by_grpc_too()
    {
        await using var receiver = await OtlpReceiver.StartAsync(isGrpc: true);
        await using var server = await ServerProcess.StartAsync(receiver.Settings.ToDictionary(pair => pair.Name, pair => pair.Value));
        foreach (var id in (string[])["first-by-grpc", "second-by-grpc"])
        {
            using (var begun = await server.SendAsync(id, "/api/sessions", new { persona_id = VoiceServer.Persona, scenario_id = VoiceServer.Scenario })) Assert.Equal(HttpStatusCode.Created, begun.StatusCode);
            await receiver.TraceAsync(id, "POST /api/sessions");
        }

        Assert.All(receiver.Keys, key => Assert.Equal("of-the-receiver", key));
    }

    [Fact]
    public async Task What_fails_can_be_found_by_the_id_in_the_answer_the_log_and_the_trace()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.OnSecret = FakeUpstream.Answers(500, "broken");
        await using var server = await ServerProcess.StartAsync(VoiceServer.Settings(upstream, receiver.Settings));
        var session = await server.Http.StartSessionAsync();
        using var response = await server.SendAsync("fails upstream", "/api/voice/token", new { session_id = session });
        var body = await response.RefusedAsync(HttpStatusCode.BadGateway, "upstream_error");
        Assert.Equal("fails upstream", body.GetProperty("request_id").GetString());
        Assert.Equal("fails upstream", response.Headers.GetValues("X-Request-Id").Single());
        var span = Assert.Single(await receiver.TraceAsync("fails upstream", "voice mint", "POST /api/voice/token"), span => span.Name == "voice mint");
        Assert.Equal("500", span.Attributes["error.type"]);
        await Eventually.TrueAsync(
            () => server.Output.Split('\n').Any(line => line.Contains($"request=\"fails upstream\" trace={span.Trace}", StringComparison.Ordinal)), s_patience, () => server.Output);
    }

    [Fact]
    public async Task Without_an_address_nothing_of_it_is_loaded()
    {
        await using var without = await ServerProcess.StartAsync(new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = " " }, asBuilt: true);
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var with = await ServerProcess.StartAsync(receiver.Settings.ToDictionary(pair => pair.Name, pair => pair.Value), asBuilt: true);
        Assert.DoesNotContain("OpenTelemetry", Mapped(without), StringComparison.Ordinal);
        Assert.Contains("OpenTelemetry", Mapped(with), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "just-a-key")]
    [InlineData("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json")]
    [InlineData("OTEL_TRACES_SAMPLER_ARG", "2")]
    public void A_setting_that_makes_no_sense_stops_the_start(string name, string value)
    {
        var source = new EmrSim.Server.Settings.SettingsSource(new Dictionary<string, string> { [name] = value });
        EmrSim.Server.Settings.ServerSettings.Read(source);
        Assert.StartsWith(name, Assert.Single(source.Problems), StringComparison.Ordinal);
    }

    // What a process has loaded, as the kernel sees it.
    private static string Mapped(ServerProcess server) => File.ReadAllText($"/proc/{server.ProcessId}/maps");
}

internal static class RequestsWithAnId
{
    public static async Task<HttpResponseMessage> SendAsync(this ServerProcess server, string requestId, string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json") };
        request.Headers.Add("X-Request-Id", requestId);
        return await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
