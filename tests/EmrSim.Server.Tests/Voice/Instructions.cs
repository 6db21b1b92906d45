using System.Net;
using System.Text.Json;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Voice;

public sealed class Instructions(SharedServer shared) : IClassFixture<SharedServer>
{
    private const string Path = "/api/voice/instructions";
    private readonly HttpClient _http = shared.Http;

    [Fact]
    public async Task Are_given_while_voice_is_off()
    {
        var answer = await AskAsync(new { session_id = await _http.StartSessionAsync() });
        Assert.NotEmpty(answer.GetProperty("instructions").GetString()!);
        Assert.Equal("subjective", answer.GetProperty("phase").GetString());
        Assert.Equal(JsonValueKind.Null, answer.GetProperty("role_id").ValueKind);
        Assert.NotEmpty(answer.GetProperty("available_roles").EnumerateArray());
        Assert.Contains("Consent to proceed", Outstanding(answer));
        Assert.False(answer.TryGetProperty("debug", out _));
    }

    [Fact]
    public async Task Follow_the_overrides_and_store_none()
    {
        var session = await _http.StartSessionAsync();
        var overridden = await AskAsync(new { session_id = session, phase = "objective", role_id = "family", gate = new { consent_done = true, greeting_done = "yes" } });
        Assert.Equal(("objective", "family"), (overridden.GetProperty("phase").GetString(), overridden.GetProperty("role_id").GetString()));
        Assert.DoesNotContain("Consent to proceed", Outstanding(overridden));
        var plain = await AskAsync(new { session_id = session });
        Assert.Equal("subjective", plain.GetProperty("phase").GetString());
        Assert.Contains("Consent to proceed", Outstanding(plain));
    }

    [Theory]
    [InlineData("{}", 400, "missing_session_id")]
    [InlineData("""{"session_id":5}""", 400, "missing_session_id")]
    [InlineData("""{"session_id":"unknown"}""", 404, "session_not_found")]
    [InlineData("""{"session_id":"unknown","persona_id":"persona_maya_v1","scenario_id":"sc_knee_stairs_and_running_v1"}""", 404, "session_not_found")]
    public async Task Need_a_session(string body, int status, string code)
    {
        using var response = await _http.PostTextAsync(Path, body);
        await response.RefusedAsync((HttpStatusCode)status, code);
    }

    [Fact]
    public async Task Name_the_scenario_only_when_set_to()
    {
        await using var server = await ServerProcess.StartAsync(new Dictionary<string, string> { ["SPS_INCLUDE_DEBUG_FIELDS"] = "1" });
        using var response = await server.Http.PostAsync(Path, new { session_id = await server.Http.StartSessionAsync() });
        var debug = (await response.JsonAsync()).GetProperty("debug");
        Assert.Equal((VoiceServer.Scenario, "knee_stairs_and_running_v1"), (debug.GetProperty("scenario_id").GetString(), debug.GetProperty("mapped_case_id").GetString()));
    }

    [Fact]
    public async Task For_faculty_are_for_teachers_only()
    {
        await using var server = await ServerProcess.StartAsync(new Dictionary<string, string> { ["TEACHER_KEY"] = "let-me-in-please" });
        var session = await server.Http.StartSessionAsync();
        using var student = await server.Http.PostAsync(Path, new { session_id = session });
        using var pretender = await server.Http.PostAsync(Path, new { session_id = session, audience = "faculty" });
        Assert.Equal(await student.TextAsync(), await pretender.TextAsync());
    }

    [Fact]
    public async Task Name_all_voices()
    {
        using var response = await _http.GetAnswerAsync("/api/voice/voices");
        Assert.Equal("""{"voices":["alloy","ash","ballad","coral","echo","sage","shimmer","verse","marin","cedar"]}""", await response.TextAsync());
    }

    private async Task<JsonElement> AskAsync(object body)
    {
        using var response = await _http.PostAsync(Path, body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync();
    }

    private static IEnumerable<string> Outstanding(JsonElement answer) => answer.GetProperty("outstanding_gate").EnumerateArray().Select(label => label.GetString()!);
}
