using System.Net;
using System.Text.Json;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Voice;

/// <summary>A server with voice and its fake upstream, without limits.</summary>
public class VoiceServer : IAsyncLifetime
{
    public const string Persona = "persona_maya_v1";
    public const string Scenario = "sc_knee_stairs_and_running_v1";

    public FakeUpstream Upstream { get; private set; } = null!;

    public ServerProcess Server { get; private set; } = null!;

    public HttpClient Http => Server.Http;

    protected virtual IEnumerable<(string Name, string Value)> More => [];

    public async ValueTask InitializeAsync()
    {
        Upstream = await FakeUpstream.StartAsync();
        Server = await ServerProcess.StartAsync(Settings(Upstream, [.. More]));
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Upstream.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    public static Dictionary<string, string> Settings(FakeUpstream upstream, params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string>(upstream.Settings) { ["LIMIT_TOKEN_PER_SESSION"] = "0", ["LIMIT_TOKEN_PER_ADDRESS"] = "0", ["LIMIT_SESSIONS_PER_ADDRESS"] = "0" };
        foreach (var (name, value) in more) settings[name] = value;
        return settings;
    }
}

public static class VoiceSteps
{
    public const string Offer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\n";

    public static async Task<string> StartSessionAsync(this HttpClient http, string persona = VoiceServer.Persona, string scenario = VoiceServer.Scenario)
    {
        using var response = await http.PostAsync("/api/sessions", new { persona_id = persona, scenario_id = scenario });
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await response.JsonAsync()).GetProperty("session_id").GetString()!;
    }

    public static Task<HttpResponseMessage> AskTokenAsync(this HttpClient http, string session) => http.PostAsync("/api/voice/token", new { session_id = session });

    /// <summary>The answer of a token request that must succeed.</summary>
    public static async Task<JsonElement> TokenAsync(this HttpClient http, object body)
    {
        using var response = await http.PostAsync("/api/voice/token", body);
        var answer = await response.JsonAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, answer.ToString());
        return answer;
    }

    public static async Task<string> SecretAsync(this HttpClient http, string session) => (await http.TokenAsync(new { session_id = session })).GetProperty("rtc_token").GetString()!;

    public static Task<HttpResponseMessage> OfferAsync(this HttpClient http, string session, string sdp = Offer) => http.PostAsync("/api/voice/sdp", new { session_id = session, sdp });

    public static Task<string> TextAsync(this HttpResponseMessage response) => response.Content.ReadAsStringAsync();

    public static Task<HttpResponseMessage> StatelessAsync(this HttpClient http, string session, string persona = VoiceServer.Persona, string scenario = VoiceServer.Scenario) =>
        http.PostAsync("/api/voice/token", new { session_id = session, persona_id = persona, scenario_id = scenario });
}
