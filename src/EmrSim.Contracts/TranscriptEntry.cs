using System.Text.Json;
using System.Text.Json.Serialization;

namespace EmrSim.Contracts;

/// <summary>An utterance as the live feed tells it. The same item may come again with a higher revision; the last one counts.</summary>
public sealed record TranscriptEntry
{
    /// <summary>The encounter it belongs to.</summary>
    [JsonPropertyName("sessionId")]
    public required string SessionId { get; init; }

    /// <summary>user for the student, assistant for the patient's side.</summary>
    [JsonPropertyName("role")]
    public required string Role { get; init; }

    /// <summary>The words so far.</summary>
    [JsonPropertyName("text")]
    public required string Text { get; init; }

    /// <summary>False for words that are still being spoken; those are shown and never stored.</summary>
    [JsonPropertyName("isFinal")]
    public required bool IsFinal { get; init; }

    /// <summary>When it was finished, in unix milliseconds.</summary>
    [JsonPropertyName("timestamp")]
    public required long Timestamp { get; init; }

    /// <summary>When the speaker began, in unix milliseconds.</summary>
    [JsonPropertyName("startedAtMs"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? StartedAtMs { get; init; }

    /// <summary>When it was finished, in unix milliseconds.</summary>
    [JsonPropertyName("finalizedAtMs")]
    public required long FinalizedAtMs { get; init; }

    /// <summary>When its source sent it, in unix milliseconds.</summary>
    [JsonPropertyName("emittedAtMs")]
    public required long EmittedAtMs { get; init; }

    /// <summary>Its id within the encounter.</summary>
    [JsonPropertyName("itemId"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ItemId { get; init; }

    /// <summary>The item that it follows, when known.</summary>
    [JsonPropertyName("previousItemId"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? PreviousItemId { get; init; }

    /// <summary>What is shown beside the words, or null.</summary>
    [JsonPropertyName("media")]
    public JsonElement? Media { get; init; }

    /// <summary>witness, relay, client or text.</summary>
    [JsonPropertyName("source")]
    public required string Source { get; init; }

    /// <summary>Its place in the encounter's log; 0 for partials, which have none.</summary>
    [JsonPropertyName("seq")]
    public required long Seq { get; init; }

    /// <summary>Grows with every change of the item; 0 for partials.</summary>
    [JsonPropertyName("revision")]
    public required int Revision { get; init; }

    /// <summary>partial, final, failed, interrupted or abandoned.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }
}

/// <summary>Words were lost on their way, and why.</summary>
/// <param name="SessionId">The encounter.</param>
/// <param name="Error">What the source said.</param>
/// <param name="Timestamp">When, in unix milliseconds.</param>
public sealed record TranscriptErrorNotice(
    [property: JsonPropertyName("sessionId")] string SessionId,
    [property: JsonPropertyName("error")] string Error,
    [property: JsonPropertyName("timestamp")] long Timestamp);
