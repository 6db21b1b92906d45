using System.Diagnostics;
using System.Net;
using EmrSim.Server.Tests.Processes;
using Microsoft.AspNetCore.Http;

namespace EmrSim.Server.Tests.Voice;

/// <summary>A server that waits for its voice service for one second only.</summary>
public sealed class ImpatientServer : VoiceServer
{
    protected override IEnumerable<(string Name, string Value)> More => [("VOICE_TIMEOUT_SECONDS", "1"), ("LOG_LEVEL", "trace")];
}

public sealed class UpstreamFailures(ImpatientServer voice) : IClassFixture<ImpatientServer>, IDisposable
{
    public static TheoryData<int> Statuses => [400, 401, 403, 404, 429, 500, 502, 503];

    [Theory]
    [MemberData(nameof(Statuses))]
    public async Task With_a_status_are_passed_on_without_secrets(int status)
    {
        var body = $"{{\"error\":{{\"message\":\"Incorrect API key provided: {FakeUpstream.Key}, sk-proj-ab***yz, ek_live_secret and Bearer abc.def. {new string('x', 900)}\"}}}}";
        voice.Upstream.OnSecret = voice.Upstream.OnCall = FakeUpstream.Answers(status, body, retryAfter: status == 429 ? "17" : null);

        using var token = await voice.Http.StatelessAsync("failing");
        await PassedOnAsync(token, status);
        Assert.Equal(status == 429 ? 17 : null, (int?)token.Headers.RetryAfter?.Delta?.TotalSeconds);

        voice.Upstream.OnSecret = null;
        using var good = await voice.Http.StatelessAsync("failing");
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        using var sdp = await voice.Http.OfferAsync("failing");
        await PassedOnAsync(sdp, status);
    }

    [Theory]
    [InlineData("hangs")]
    [InlineData("stops halfway")]
    public async Task By_silence_end_in_time(string how)
    {
        Func<HttpContext, Task> silence = how == "hangs" ? FakeUpstream.Hangs : FakeUpstream.StopsHalfway;
        voice.Upstream.OnSecret = silence;
        var watch = Stopwatch.StartNew();
        using var token = await voice.Http.StatelessAsync("silent");
        var error = await token.RefusedAsync(HttpStatusCode.BadGateway, "upstream_error");
        Assert.Equal("timeout", error.GetProperty("detail").GetString());
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.9, 10);

        voice.Upstream.OnSecret = null;
        using var good = await voice.Http.StatelessAsync("silent");
        voice.Upstream.OnCall = silence;
        using var sdp = await voice.Http.OfferAsync("silent");
        Assert.Equal("timeout", (await sdp.RefusedAsync(HttpStatusCode.BadGateway, "upstream_error")).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task By_a_dropped_connection_are_told_and_not_tried_again()
    {
        voice.Upstream.OnSecret = FakeUpstream.Drops;
        var before = voice.Upstream.Secrets.Count;
        using var token = await voice.Http.StatelessAsync("dropped");
        await token.RefusedAsync(HttpStatusCode.BadGateway, "upstream_error");
        Assert.Equal(before + 1, voice.Upstream.Secrets.Count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>busy</html>")]
    [InlineData("null")]
    [InlineData("[1,2]")]
    [InlineData("{}")]
    [InlineData("""{"value":null,"expires_at":1}""")]
    [InlineData("""{"value":""}""")]
    [InlineData("""{"value":17}""")]
    [InlineData("""{"value":"ek a\r\nX: y"}""")]
    [InlineData("""{"session":{"value":"ek_inner"}}""")]
    [InlineData("""{"value":"ek_cut","session":{"id":"se""")]
    public async Task By_nonsense_are_no_token(string nonsense)
    {
        voice.Upstream.OnSecret = FakeUpstream.Answers(200, nonsense);
        using var token = await voice.Http.StatelessAsync("nonsense");
        await token.RefusedAsync(HttpStatusCode.BadGateway, "no_token");
        using var sdp = await voice.Http.OfferAsync("nonsense");
        await sdp.RefusedAsync(HttpStatusCode.PreconditionFailed, "no_rtc_token");
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>hello</html>")]
    [InlineData("{}")]
    public async Task By_nonsense_are_no_call(string nonsense)
    {
        using var token = await voice.Http.StatelessAsync("no-call");
        voice.Upstream.OnCall = FakeUpstream.Answers(201, nonsense);
        using var sdp = await voice.Http.OfferAsync("no-call");
        await sdp.RefusedAsync(HttpStatusCode.BadGateway, "upstream_error");
    }

    [Fact]
    public async Task By_an_unusual_end_are_still_tokens()
    {
        voice.Upstream.OnSecret = FakeUpstream.Answers(200, """{"expires_at":12.5,"value":"ek_odd","more":[{"value":"x"}]}""");
        using var token = await voice.Http.StatelessAsync("odd");
        Assert.Equal("ek_odd", (await token.JsonAsync()).GetProperty("rtc_token").GetString());
        using var sdp = await voice.Http.OfferAsync("odd");
        Assert.Equal(HttpStatusCode.OK, sdp.StatusCode);
    }

    [Fact]
    public async Task By_a_redirect_do_not_carry_the_key_away()
    {
        voice.Upstream.OnSecret = context =>
        {
            context.Response.Redirect("/v1/realtime/calls", permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        };
        var before = voice.Upstream.Calls.Count;
        using var token = await voice.Http.StatelessAsync("redirected");
        await token.RefusedAsync(HttpStatusCode.BadGateway, "upstream_error");
        Assert.Equal(before, voice.Upstream.Calls.Count);
    }

    [Fact]
    public async Task By_absence_are_told_at_once()
    {
        await using var server = await ServerProcess.StartAsync(VoiceServer.Settings(voice.Upstream, ("OPENAI_BASE_URL", $"http://127.0.0.1:{Ports.Take()}/v1")));
        using var token = await server.Http.StatelessAsync("nobody-there");
        Assert.Equal("unreachable", (await token.RefusedAsync(HttpStatusCode.BadGateway, "upstream_error")).GetProperty("detail").GetString());
        using var sdp = await server.Http.OfferAsync("nobody-there");
        await sdp.RefusedAsync(HttpStatusCode.PreconditionFailed, "no_rtc_token");
    }

    public void Dispose()
    {
        voice.Upstream.Behave();
        Assert.DoesNotContain(FakeUpstream.Key, voice.Server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("ek_", voice.Server.Output, StringComparison.Ordinal);
    }

    private static async Task PassedOnAsync(HttpResponseMessage response, int status)
    {
        var text = await response.TextAsync();
        var error = await response.RefusedAsync(HttpStatusCode.BadGateway, "upstream_error");
        Assert.Equal(status, error.GetProperty("status").GetInt32());
        Assert.StartsWith("{\"error\":{\"message\":\"Incorrect API key", error.GetProperty("body").GetString(), StringComparison.Ordinal);
        Assert.InRange(error.GetProperty("body").GetString()!.Length, 100, 500);
        foreach (var secret in (string[])["sk-", "ek_live", "abc.def", "***"]) Assert.DoesNotContain(secret, text, StringComparison.Ordinal);
    }
}
