using System.Net;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Encounters;

public sealed class Creating(SqliteInstallation on)
{
    [Theory]
    [InlineData("{}", 400, "bad_request")]
    [InlineData("""{"mode":"sps"}""", 400, "bad_request")]
    [InlineData("""{"persona_id":7,"scenario_id":"S"}""", 400, "bad_request")]
    [InlineData("""{"persona_id":"P","mode":"chat"}""", 400, "sps_only")]
    [InlineData("""{"persona_id":"P","mode":["sps"]}""", 400, "sps_only")]
    [InlineData("""{"persona_id":"P"}""", 400, "scenario_id_required_for_sps")]
    [InlineData("""{"persona_id":"nobody"}""", 400, "scenario_id_required_for_sps")]
    [InlineData("""{"persona_id":"nobody","scenario_id":"nowhere"}""", 404, "sps_persona_not_found")]
    [InlineData("""{"persona_id":"P","scenario_id":"../S"}""", 404, "sps_scenario_not_found")]
    [InlineData("""{"persona_id":"P","scenario_id":"S","role_id":"a\u0007b"}""", 400, "bad_request")]
    public async Task Refuses_in_the_order_of_the_contract(string body, int status, string code)
    {
        ArgumentNullException.ThrowIfNull(body);
        var http = (await on.ServerAsync()).Http;
        var (persona, scenario) = await Session.CaseAsync(http);
        using var response = await http.PostTextAsync("/api/sessions", body.Replace("\"P\"", $"\"{persona}\"", StringComparison.Ordinal).Replace("\"S\"", $"\"{scenario}\"", StringComparison.Ordinal));
        await response.RefusedAsync((HttpStatusCode)status, code);
    }

    [Fact]
    public async Task Answers_in_the_form_of_the_contract()
    {
        var http = (await on.ServerAsync()).Http;
        var (persona, scenario) = await Session.CaseAsync(http);
        using var response = await http.PostAsync("/api/sessions", new { persona_id = persona, scenario_id = scenario, mode = "sps", role_id = "translator", language = "es" });
        var created = await response.JsonAsync();
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var id = created.GetProperty("session_id").GetString()!;
        Assert.Matches("^[A-Za-z0-9_-]{22}$", id);
        Assert.True(Guid.TryParse(created.GetProperty("sps_session_id").GetString(), out _));
        Assert.Equal(("subjective", "UNLOCKED"), (created.GetProperty("phase").GetString()!, created.GetProperty("gate_state").GetString()!));
        Assert.Equal(
            """{"greeting_done":false,"intro_done":false,"consent_done":false,"identity_verified":false,"locked_pressure_count":0,"supervisor_escalated":false}""",
            created.GetProperty("gate").GetRawText());

        var read = await new Session(http, id).ReadAsync();
        Assert.Equal(
            ("active", persona, scenario, "translator", "es"),
            (read.GetProperty("state").GetString()!, read.GetProperty("persona_id").GetString()!, read.GetProperty("scenario_id").GetString()!, read.GetProperty("role_id").GetString()!, read.GetProperty("language").GetString()!));
        Assert.Equal((System.Text.Json.JsonValueKind.Null, System.Text.Json.JsonValueKind.Null), (read.GetProperty("completeness").ValueKind, read.GetProperty("ended_at").ValueKind));
    }

    public static TheoryData<string> StrangeIds => new("x", "0123456789abcdefghijkl", "..%2F..%2Fetc%2Fpasswd", "%2e%2e%5c", "a%2Fb", "%C3%28", "' OR 1=1 --", "a:b*c", "0123456789abcdefghijk%0A", new string('x', 7000));

    [Theory]
    [MemberData(nameof(StrangeIds))]
    public async Task Knows_no_session_of_a_strange_id(string id)
    {
        var http = (await on.ServerAsync()).Http;
        foreach (var path in (string[])["", "/turns", "/transcript", "/transcript.json", "/events"])
        {
            using var response = await http.GetAnswerAsync($"/api/sessions/{id}{path}");
            await response.RefusedAsync(HttpStatusCode.NotFound, "session_not_found");
        }

        foreach (var (path, body) in ((string, object)[])[("/end", new { }), ("/sps/phase", new { signal = "move_objective" }), ("/messages", new { text = "x" }), ("/sps/turns", new { turns = new[] { new { role = "user", text = "x" } } })])
        {
            using var response = await http.PostAsync($"/api/sessions/{id}{path}", body);
            await response.RefusedAsync(HttpStatusCode.NotFound, "session_not_found");
        }
    }

    [Theory]
    [InlineData("move_objective", "objective")]
    [InlineData("move_treatment", "treatment_plan")]
    [InlineData("jump", "subjective")]
    [InlineData(null, "subjective")]
    public async Task Moves_to_the_phase_that_is_asked_for(string? signal, string phase)
    {
        var http = (await on.ServerAsync()).Http;
        var session = await Session.BeginAsync(http);
        using var response = await http.PostAsync($"{session.Path}/sps/phase", new { signal });
        Assert.Equal(phase, (await response.JsonAsync()).GetProperty("phase").GetString());
        Assert.Equal(phase, (await session.ReadAsync()).GetProperty("phase").GetString());
    }
}
