using System.Text.Json;
using EmrSim.Fleet.Tests.Instances;

namespace EmrSim.Fleet.Tests.Traffic;

/// <summary>One encounter with those who watch it: knows what was acknowledged, in order.</summary>
public sealed class Encounter(RoundRobin door, string id, string name) : IAsyncDisposable
{
    private const string Persona = "persona_maya_v1";
    private const string Scenario = "sc_knee_stairs_and_running_v1";
    private readonly List<string> _acknowledged = [];
    private readonly List<Screen> _screens = [];
    private int _spoken;

    public string Id => id;

    public string Name => name;

    /// <summary>Item ids in the order in which they were said; one goes out only when the one before it was acknowledged.</summary>
    public IReadOnlyList<string> Acknowledged => _acknowledged;

    public IReadOnlyList<Screen> Screens => _screens;

    public static async Task<Encounter> BeginAsync(RoundRobin door, string name)
    {
        var answer = await door.PostAsync("begin", "/api/sessions", new { persona_id = Persona, scenario_id = Scenario }) ?? throw new InvalidOperationException("No encounter could be begun.");
        using var begun = JsonDocument.Parse(answer);
        return new(door, begun.RootElement.GetProperty("session_id").GetString()!, name);
    }

    public void Show(IReadOnlyList<Instance> instances, int first) => _screens.Add(new(instances, first, id));

    /// <summary>A final turn as a browser relays it from the voice service.</summary>
    public async Task RelayAsync()
    {
        var item = $"{name}-{_spoken++}";
        var body = new { role = _spoken % 2 == 0 ? "user" : "assistant", text = $"{item}: it hurts when I climb the stairs.", itemId = item, previousItemId = _acknowledged.LastOrDefault(), isFinal = true, startedAt = 1_790_000_000_000 + _spoken };
        if (await door.PostAsync("relay", $"/api/transcript/relay/{id}", body) is not null) _acknowledged.Add(item);
    }

    /// <summary>A text message and the patient's whole answer.</summary>
    public async Task SayAsync()
    {
        var turn = $"{name}-{_spoken++}";
        var body = new { text = $"Where does it hurt today, and since when? ({turn})", client_turn_id = turn };
        if (await door.PostAsync("message", $"/api/sessions/{id}/messages", body, static stream => stream.Contains("event: done", StringComparison.Ordinal)) is null) return;
        _acknowledged.Add($"msg-{turn}");
        _acknowledged.Add($"msg-{turn}-answer");
    }

    /// <summary>The items of the transcript as an instance tells it.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync(Instance instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        using var read = JsonDocument.Parse(await instance.Http.GetStringAsync(new Uri($"/api/sessions/{id}/turns", UriKind.Relative)));
        return [.. read.RootElement.GetProperty("turns").EnumerateArray().Select(turn => turn.GetProperty("item_id").GetString()!)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var screen in _screens) await screen.DisposeAsync();
    }
}
