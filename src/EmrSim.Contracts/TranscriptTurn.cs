using System.Text.Json;
using System.Text.Json.Serialization;

namespace EmrSim.Contracts;

/// <summary>A finished utterance of a transcript.</summary>
public sealed record TranscriptTurn
{
    /// <summary>Unique among all turns.</summary>
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    /// <summary>user for the student, assistant for the patient's side.</summary>
    [JsonPropertyName("role")]
    public required string Role { get; init; }

    /// <summary>What was said.</summary>
    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>When it was said.</summary>
    [JsonPropertyName("created_at")]
    public required string CreatedAt { get; init; }

    /// <summary>When it was said, in unix milliseconds.</summary>
    [JsonPropertyName("timestamp")]
    public required long Timestamp { get; init; }

    /// <summary>The place of its last change in the encounter's log.</summary>
    [JsonPropertyName("seq")]
    public required long Seq { get; init; }

    /// <summary>Its id within the encounter.</summary>
    [JsonPropertyName("item_id")]
    public required string ItemId { get; init; }

    /// <summary>The item that it follows, when known.</summary>
    [JsonPropertyName("previous_item_id")]
    public string? PreviousItemId { get; init; }

    /// <summary>final or interrupted.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }

    /// <summary>Grows with every change.</summary>
    [JsonPropertyName("revision")]
    public required int Revision { get; init; }

    /// <summary>audio or text.</summary>
    [JsonPropertyName("channel")]
    public required string Channel { get; init; }

    /// <summary>witness, relay, client or text.</summary>
    [JsonPropertyName("source")]
    public required string Source { get; init; }

    /// <summary>When the speaker began, in unix milliseconds, when known.</summary>
    [JsonPropertyName("started_at_ms")]
    public long? StartedAtMs { get; init; }

    /// <summary>What is shown beside the words: a <see cref="MediaRef"/>, or null.</summary>
    [JsonPropertyName("media")]
    public JsonElement? Media { get; init; }

    /// <summary>True when the item that it follows never came, so that its place is by arrival.</summary>
    [JsonPropertyName("unplaced"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Unplaced { get; init; }
}

/// <summary>The transcript so far.</summary>
/// <param name="Turns">In the order of the conversation.</param>
/// <param name="Stateless">Always false: every instance knows every encounter.</param>
public sealed record TurnList(
    [property: JsonPropertyName("turns")] IReadOnlyList<TranscriptTurn> Turns,
    [property: JsonPropertyName("stateless")] bool Stateless = false);

/// <summary>What became of posted turns.</summary>
/// <param name="Ok">Always true.</param>
/// <param name="Received">All entries of the request, blank ones included.</param>
/// <param name="Saved">Turns that are new.</param>
/// <param name="Duplicates">Turns that were there already.</param>
/// <param name="Stateless">Always false.</param>
public sealed record TurnsSaved(
    [property: JsonPropertyName("ok")] bool Ok,
    [property: JsonPropertyName("received")] int Received,
    [property: JsonPropertyName("saved")] int Saved,
    [property: JsonPropertyName("duplicates")] int Duplicates,
    [property: JsonPropertyName("stateless")] bool Stateless = false);

/// <summary>A finished transcript with its encounter.</summary>
/// <param name="Session">The encounter.</param>
/// <param name="Patient">The patient's name.</param>
/// <param name="Scenario">The scenario's title.</param>
/// <param name="Turns">In the order of the conversation.</param>
public sealed record TranscriptDocument(
    [property: JsonPropertyName("session")] EncounterView Session,
    [property: JsonPropertyName("patient")] string Patient,
    [property: JsonPropertyName("scenario")] string Scenario,
    [property: JsonPropertyName("turns")] IReadOnlyList<TranscriptTurn> Turns);
