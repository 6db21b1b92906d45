using System.Net;
using System.Text.Json;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Encounters;

/// <summary>An encounter as a client sees it.</summary>
public sealed class Session(HttpClient http, string id)
{
    public string Id => id;

    public string Path => $"/api/sessions/{id}";

    public static async Task<Session> BeginAsync(HttpClient http)
    {
        var (persona, scenario) = await CaseAsync(http);
        using var response = await http.PostAsync("/api/sessions", new { persona_id = persona, scenario_id = scenario });
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return new(http, (await response.JsonAsync()).GetProperty("session_id").GetString()!);
    }

    /// <summary>Any case of the catalogue, whatever it holds.</summary>
    public static async Task<(string Persona, string Scenario)> CaseAsync(HttpClient http)
    {
        using var personas = await http.GetAnswerAsync("/api/sps/personas");
        using var scenarios = await http.GetAnswerAsync("/api/sps/scenarios");
        return (
            (await personas.JsonAsync()).GetProperty("personas")[0].GetProperty("id").GetString()!,
            (await scenarios.JsonAsync()).GetProperty("scenarios")[0].GetProperty("scenario_id").GetString()!);
    }

    /// <summary>The same encounter at another instance.</summary>
    public Session At(HttpClient other) => new(other, id);

    public Task<HttpResponseMessage> RelayAsync(object body) => http.PostAsync($"/api/transcript/relay/{id}", body);

    public async Task RelayedAsync(object body)
    {
        using var response = await RelayAsync(body);
        Assert.True(response.StatusCode == HttpStatusCode.NoContent, $"{response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
    }

    public Task<HttpResponseMessage> PostTurnsAsync(params object[] turns) => http.PostAsync($"{Path}/sps/turns", new { turns });

    public Task<HttpResponseMessage> SayAsync(object body) => http.PostAsync($"{Path}/messages", body);

    public async Task<IReadOnlyList<(string Name, JsonElement Data)>> SaidAsync(object body)
    {
        using var response = await SayAsync(body);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return Events(await response.Content.ReadAsStringAsync());
    }

    public async Task<JsonElement> ReadAsync()
    {
        using var response = await http.GetAnswerAsync(Path);
        return await response.JsonAsync();
    }

    public async Task<IReadOnlyList<JsonElement>> TurnsAsync()
    {
        using var response = await http.GetAnswerAsync($"{Path}/turns");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return [.. (await response.JsonAsync()).GetProperty("turns").EnumerateArray()];
    }

    public async Task<IReadOnlyList<string>> WordsAsync() => [.. (await TurnsAsync()).Select(turn => turn.GetProperty("text").GetString()!)];

    public Task<HttpResponseMessage> EndAsync() => http.PostAsync($"{Path}/end", new { });

    public async Task<JsonElement> EndedAsync()
    {
        using var response = await EndAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync();
    }

    public static IReadOnlyList<(string Name, JsonElement Data)> Events(string stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return [.. stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(Read).Where(told => told.Name.Length > 0)];
    }

    private static (string Name, JsonElement Data) Read(string block)
    {
        var fields = block.Split('\n').Select(line => line.Split(": ", 2)).Where(parts => parts.Length == 2 && parts[0].Length > 0).ToDictionary(parts => parts[0], parts => parts[1]);
        return fields.TryGetValue("event", out var name) ? (name, JsonSerializer.Deserialize<JsonElement>(fields["data"])) : ("", default);
    }
}
