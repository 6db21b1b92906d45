using System.Globalization;
using System.Net;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Voice;

namespace EmrSim.Server.Tests.Limits;

public sealed class SpentLimits
{
    [Fact]
    public async Task Of_a_session_refuse_that_session_and_no_other()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var server = await ServerProcess.StartAsync(VoiceServer.Settings(upstream, ("LIMIT_TOKEN_PER_SESSION", "3")));
        for (var left = 2; left >= 0; left--)
        {
            using var passed = await server.Http.StatelessAsync("busy");
            Assert.Equal(HttpStatusCode.OK, passed.StatusCode);
            Assert.Equal(("3", left.ToString(CultureInfo.InvariantCulture)), (Header(passed, "RateLimit-Limit"), Header(passed, "RateLimit-Remaining")));
            Assert.InRange(int.Parse(Header(passed, "RateLimit-Reset"), CultureInfo.InvariantCulture), 880, 900);
        }

        using var refused = await server.Http.StatelessAsync("busy");
        await refused.RefusedAsync(HttpStatusCode.TooManyRequests, "rate_limited");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 880, 900);
        Assert.Equal("0", Header(refused, "RateLimit-Remaining"));
        Assert.Equal(3, upstream.Secrets.Count);
        using var other = await server.Http.StatelessAsync("other");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        using var metrics = await server.Http.GetAnswerAsync("/metrics");
        Assert.Matches("(?m)^limits_refused(_total)?\\{scope=\"token_session\"\\} 1$", await metrics.TextAsync());
    }

    [Theory]
    [InlineData("LIMIT_SESSIONS_PER_ADDRESS", "/api/sessions")]
    [InlineData("LIMIT_RELAY_PER_SESSION", "/api/transcript/relay/s")]
    [InlineData("LIMIT_RELAY_PER_ADDRESS", "/api/voice/transcript/relay/s")]
    public async Task Are_told_in_headers_on_every_limited_route(string setting, string route)
    {
        await using var server = await ServerProcess.StartAsync(new Dictionary<string, string> { [setting] = "1", ["LIMIT_RELAY_PER_SESSION"] = setting == "LIMIT_RELAY_PER_SESSION" ? "1" : "0" });
        using var passed = await server.Http.PostAsync(route, new { role = "user", text = "x" });
        Assert.Equal(("1", "0"), (Header(passed, "RateLimit-Limit"), Header(passed, "RateLimit-Remaining")));
        using var refused = await server.Http.PostAsync(route, new { role = "user", text = "x" });
        await refused.RefusedAsync(HttpStatusCode.TooManyRequests, "rate_limited");
        Assert.Equal(("1", "0"), (Header(refused, "RateLimit-Limit"), Header(refused, "RateLimit-Remaining")));
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 900);
    }

    [Fact]
    public async Task Count_failures_but_no_blank_session()
    {
        await using var server = await ServerProcess.StartAsync(new Dictionary<string, string> { ["LIMIT_TOKEN_PER_SESSION"] = "2", ["LIMIT_TOKEN_PER_ADDRESS"] = "0" });
        for (var i = 0; i < 5; i++)
        {
            using var blank = await server.Http.PostAsync("/api/voice/token", new { session_id = " " });
            await blank.RefusedAsync(HttpStatusCode.Forbidden, "voice_disabled");
            using var named = await server.Http.AskTokenAsync("s");
            if (i < 2) await named.RefusedAsync(HttpStatusCode.Forbidden, "voice_disabled");
            else await named.RefusedAsync(HttpStatusCode.TooManyRequests, "rate_limited");
        }
    }

    [Fact]
    public async Task Of_an_address_or_an_IPv6_64_refuse_all_its_sessions_and_no_other_address()
    {
        await using var server = await ServerProcess.StartAsync(new Dictionary<string, string> { ["LIMIT_TOKEN_PER_ADDRESS"] = "3", ["TRUST_PROXY"] = "true" });
        for (var i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.Forbidden, await FromAsync("203.0.113.7", $"s{i}"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await FromAsync("203.0.113.7", "s9"));
        Assert.Equal(HttpStatusCode.Forbidden, await FromAsync("203.0.113.8", "s9"));
        for (var i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.Forbidden, await FromAsync($"2001:db8::{i}", $"s{i}"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await FromAsync("2001:db8::ffff:ffff:ffff:77", "s9"));
        Assert.Equal(HttpStatusCode.Forbidden, await FromAsync("2001:db8:0:1::1", "s9"));

        async Task<HttpStatusCode> FromAsync(string address, string session)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/voice/token") { Content = new StringContent($"{{\"session_id\":\"{session}\"}}", System.Text.Encoding.UTF8, "application/json") };
            request.Headers.Add("X-Forwarded-For", address);
            using var response = await server.Http.SendAsync(request);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task Are_counted_across_instances()
    {
        await using var redis = await RedisServer.StartAsync();
        var settings = new Dictionary<string, string> { ["LIMIT_TOKEN_PER_SESSION"] = "10", ["REDIS_URL"] = redis.Url };
        await using var first = await ServerProcess.StartAsync(settings);
        await using var second = await ServerProcess.StartAsync(settings);
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? first : second).Http.AskTokenAsync("shared")));
        Assert.Equal(10, answers.Count(answer => answer.StatusCode == HttpStatusCode.Forbidden));
        Assert.Equal(30, answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests));
    }

    private static string Header(HttpResponseMessage response, string name) => response.Headers.GetValues(name).Single();
}
