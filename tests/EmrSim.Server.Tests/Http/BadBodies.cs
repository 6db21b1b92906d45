using System.Net;
using System.Text;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Http;

public sealed class BadBodies(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly HttpClient _http = shared.Http;

    public static TheoryData<string> RoutesWithABody => new(
        "/api/sessions",
        "/api/sessions/unknown/sps/phase",
        "/api/sessions/unknown/end",
        "/api/sessions/unknown/sps/turns",
        "/api/sessions/unknown/messages",
        "/api/voice/instructions",
        "/api/voice/token",
        "/api/voice/sdp",
        "/api/voice/transcript",
        "/api/voice/transcript-error",
        "/api/voice/transcript/relay/unknown",
        "/api/transcript/relay/unknown");

    [Theory]
    [MemberData(nameof(RoutesWithABody))]
    public async Task That_are_not_json_are_refused(string route)
    {
        foreach (var body in (string[])["{", "{\"a\":}", "\"text\"", "17", "null", "{\"a\":1}}"])
        {
            using var response = await _http.PostTextAsync(route, body);
            await response.RefusedAsync(HttpStatusCode.BadRequest, "invalid_json");
        }
    }

    [Theory]
    [MemberData(nameof(RoutesWithABody))]
    public async Task With_invalid_utf8_are_refused(string route)
    {
        using var response = await _http.PostBytesAsync(route, [.. "{\"text\":\""u8, 0xC3, 0x28, .. "\"}"u8]);
        await response.RefusedAsync(HttpStatusCode.BadRequest, "invalid_json");
    }

    [Theory]
    [MemberData(nameof(RoutesWithABody))]
    public async Task With_half_a_surrogate_pair_are_a_client_error(string route)
    {
        using var response = await _http.PostTextAsync(route, """{"persona_id":"\ud800","session_id":"\ud800","text":"\ud800","role":"\ud800","signal":"\ud800","sdp":"\ud800"}""");
        Assert.InRange((int)response.StatusCode, 400, 499);
    }

    [Theory]
    [MemberData(nameof(RoutesWithABody))]
    public async Task Over_one_megabyte_are_refused(string route)
    {
        using var response = await _http.PostTextAsync(route, $"{{\"text\":\"{new string('a', 1_100_000)}\"}}");
        await response.RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "body_too_large");
    }

    [Theory]
    [MemberData(nameof(RoutesWithABody))]
    public async Task Of_absurd_depth_are_refused(string route)
    {
        var deep = new StringBuilder().Append("{\"text\":").Append('[', 5000).Append(']', 5000).Append('}');
        using var response = await _http.PostTextAsync(route, deep.ToString());
        await response.RefusedAsync(HttpStatusCode.BadRequest, "invalid_json");
    }
}
