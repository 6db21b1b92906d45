using System.Net;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Voice;

public sealed class OpenBreaker(VoiceServer voice) : IClassFixture<VoiceServer>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Spares_a_voice_service_that_keeps_failing_says_when_to_come_back_and_closes_again()
    {
        voice.Upstream.OnSecret = FakeUpstream.Answers(500, "{}");
        HttpResponseMessage? spared = null;
        await Eventually.TrueAsync(
            async () =>
            {
                spared = await voice.Http.StatelessAsync("failing");
                return (await spared.RefusedAsync(HttpStatusCode.BadGateway, "upstream_error")).GetProperty("detail").GetString() == "failing repeatedly";
            },
            s_patience,
            () => "The breaker never opened.");
        Assert.InRange(spared!.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 5);
        Assert.Equal(20, voice.Upstream.Secrets.Count);
        spared.Dispose();

        voice.Upstream.OnSecret = null;
        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await voice.Http.StatelessAsync("mended");
                return answer.StatusCode == HttpStatusCode.OK;
            },
            s_patience,
            () => "The breaker never closed.");
    }
}
