using System.Net.Http.Json;
using System.Text.Json;

namespace EmrSim.Bench.Server;

/// <summary>Encounters to send the load to.</summary>
public static class Cases
{
    public static async Task<string[]> BeginAsync(HttpClient http, int count)
    {
        var personas = await http.GetFromJsonAsync<JsonElement>("/api/sps/personas");
        var scenarios = await http.GetFromJsonAsync<JsonElement>("/api/sps/scenarios");
        var persona = personas.GetProperty("personas")[0].GetProperty("id").GetString();
        var scenario = scenarios.GetProperty("scenarios")[0].GetProperty("scenario_id").GetString();
        var sessions = new string[count];
        for (var i = 0; i < count; i++)
        {
            using var answer = await http.PostAsJsonAsync("/api/sessions", new { persona_id = persona, scenario_id = scenario, mode = "sps" });
            answer.EnsureSuccessStatusCode();
            sessions[i] = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("session_id").GetString()!;
        }

        return sessions;
    }
}
