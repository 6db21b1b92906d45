using System.Diagnostics;
using System.Text.Json;
using EmrSim.Fleet.Tests.Instances;

namespace EmrSim.Fleet.Tests.Traffic;

/// <summary>One encounter with those who watch it: knows what was acknowledged, in order.</summary>
public sealed class Encounter(RoundRobin door, string id, string name) : IAsyncDisposable
{
    private const string Persona = "persona_maya_v1";
    private const string Scenario = "sc_knee_stairs_and_running_v1";
    private readonly List<string> _acknowledged = [];
    private readonly Dictionary<string, string> _words = [];
    private readonly Dictionary<string, long> _at = [];
    private readonly List<Screen> _screens = [];
    private int _spoken;

    public string Id => id;

    public string Name => name;

    /// <summary>Item ids in the order in which they were said; one goes out only when the one before it was acknowledged.</summary>
    public IReadOnlyList<string> Acknowledged => _acknowledged;

    public IReadOnlyList<Screen> Screens => _screens;

    /// <summary>When an item was acknowledged, as a timestamp of the clock.</summary>
    public IReadOnlyDictionary<string, long> AcknowledgedAt => _at;

    /// <summary>Whether the item was said here, and in these words; the patient finds words of its own.</summary>
    public bool Said(SeenItem seen) => _at.ContainsKey(seen.Id) && (!_words.TryGetValue(seen.Id, out var words) || words == seen.Text);

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
        var text = $"{item}: it hurts when I climb the stairs.";
        var body = new { role = _spoken % 2 == 0 ? "user" : "assistant", text, itemId = item, previousItemId = _acknowledged.LastOrDefault(), isFinal = true, startedAt = 1_790_000_000_000 + _spoken };
        if (await door.PostAsync("relay", $"/api/transcript/relay/{id}", body) is not null) Note(item, text);
    }

    /// <summary>A text message and the patient's whole answer.</summary>
    public async Task SayAsync()
    {
        var turn = $"{name}-{_spoken++}";
        var text = $"Where does it hurt today, and since when? ({turn})";
        var body = new { text, client_turn_id = turn };
        if (await door.PostAsync("message", $"/api/sessions/{id}/messages", body, static stream => stream.Contains("event: done", StringComparison.Ordinal)) is null) return;
        Note($"msg-{turn}", text);
        Note($"msg-{turn}-answer", null);
    }

    /// <summary>The items of the transcript as an instance tells it.</summary>
    public async Task<IReadOnlyList<SeenItem>> ReadAsync(Instance instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        using var read = JsonDocument.Parse(await instance.Http.GetStringAsync(new Uri($"/api/sessions/{id}/turns", UriKind.Relative)));
        return [.. read.RootElement.GetProperty("turns").EnumerateArray().Select(turn => new SeenItem(turn.GetProperty("item_id").GetString()!, turn.GetProperty("text").GetString()!))];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var screen in _screens) await screen.DisposeAsync();
    }

    private void Note(string item, string? words)
    {
        _acknowledged.Add(item);
        _at[item] = Stopwatch.GetTimestamp();
        if (words is not null) _words[item] = words;
    }
}

/// <summary>An item of a transcript as it is told or shown.</summary>
public readonly record struct SeenItem(string Id, string Text);
