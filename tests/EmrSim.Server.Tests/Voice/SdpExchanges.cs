using System.Net;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Voice;

public sealed class SdpExchanges(VoiceServer voice) : IClassFixture<VoiceServer>
{
    [Fact]
    public async Task Open_a_call_with_the_kept_token()
    {
        var session = await voice.Http.StartSessionAsync();
        var secret = await voice.Http.SecretAsync(session);
        using var response = await voice.Http.OfferAsync(session);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/sdp", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("v=0\r\no=- answer\r\n", await response.TextAsync());
        var call = voice.Upstream.Calls.Last();
        Assert.Equal(($"Bearer {secret}", "application/sdp", VoiceSteps.Offer), (call.Authorization, call.ContentType, call.Body));
    }

    [Fact]
    public async Task Use_the_newest_token_and_do_not_use_it_up()
    {
        var session = await voice.Http.StartSessionAsync();
        await voice.Http.SecretAsync(session);
        var newest = await voice.Http.SecretAsync(session);
        for (var i = 0; i < 2; i++)
        {
            using var response = await voice.Http.OfferAsync(session);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal($"Bearer {newest}", voice.Upstream.Calls.Last().Authorization);
        }
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"session_id":"a"}""")]
    [InlineData("""{"sdp":"v=0"}""")]
    [InlineData("""{"session_id":"","sdp":"v=0"}""")]
    [InlineData("""{"session_id":"a","sdp":"  "}""")]
    [InlineData("""{"session_id":1,"sdp":"v=0"}""")]
    [InlineData("""{"session_id":"a","sdp":["v=0"]}""")]
    public async Task Need_both_fields(string body)
    {
        using var response = await voice.Http.PostTextAsync("/api/voice/sdp", body);
        await response.RefusedAsync(HttpStatusCode.BadRequest, "missing_params");
    }

    [Theory]
    [InlineData("never-issued")]
    [InlineData("../../etc/passwd")]
    [InlineData("a b")]
    public async Task Need_a_token_that_was_issued(string session)
    {
        foreach (var sdp in (string[])[VoiceSteps.Offer, "anything"])
        {
            using var response = await voice.Http.OfferAsync(session, sdp);
            await response.RefusedAsync(HttpStatusCode.PreconditionFailed, "no_rtc_token");
        }
    }

    [Fact]
    public async Task Need_a_session_description()
    {
        var session = await voice.Http.StartSessionAsync();
        await voice.Http.SecretAsync(session);
        var before = voice.Upstream.Calls.Count;
        using var response = await voice.Http.OfferAsync(session, "hello");
        var body = await response.RefusedAsync(HttpStatusCode.BadRequest, "missing_params");
        Assert.Contains("v=0", body.GetProperty("detail").GetString(), StringComparison.Ordinal);
        using var large = await voice.Http.OfferAsync(session, "v=0\r\n" + new string('a', 64 * 1024));
        await large.RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "sdp_too_large");
        Assert.Equal(before, voice.Upstream.Calls.Count);
    }

    [Fact]
    public async Task Are_refused_once_the_token_is_over()
    {
        voice.Upstream.SecretLife = TimeSpan.FromSeconds(2);
        try
        {
            var session = await voice.Http.StartSessionAsync();
            await voice.Http.SecretAsync(session);
            await Eventually.TrueAsync(
                async () =>
                {
                    using var response = await voice.Http.OfferAsync(session);
                    return response.StatusCode == HttpStatusCode.PreconditionFailed;
                },
                TimeSpan.FromSeconds(5),
                () => "The token outlived what the voice service gave it.");
        }
        finally
        {
            voice.Upstream.Behave();
        }
    }
}
