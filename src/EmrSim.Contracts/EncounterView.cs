using System.Text.Json.Serialization;

namespace EmrSim.Contracts;

/// <summary>A new encounter.</summary>
/// <param name="SessionId">The student's capability for everything that follows.</param>
/// <param name="SpsSessionId">A second id that existing clients expect.</param>
/// <param name="Phase">subjective.</param>
/// <param name="Gate">Nothing has happened yet.</param>
/// <param name="GateState">Always UNLOCKED.</param>
public sealed record EncounterCreated(
    [property: JsonPropertyName("session_id")] string SessionId,
    [property: JsonPropertyName("sps_session_id")] string SpsSessionId,
    [property: JsonPropertyName("phase")] string Phase,
    [property: JsonPropertyName("gate")] GateFlags Gate,
    [property: JsonPropertyName("gate_state")] string GateState = "UNLOCKED");

/// <summary>An encounter as it stands.</summary>
public sealed record EncounterView
{
    /// <summary>Its id.</summary>
    [JsonPropertyName("session_id")]
    public required string SessionId { get; init; }

    /// <summary>active, ending, draining, final or abandoned.</summary>
    [JsonPropertyName("state")]
    public required string State { get; init; }

    /// <summary>subjective, objective or treatment_plan.</summary>
    [JsonPropertyName("phase")]
    public required string Phase { get; init; }

    /// <summary>What has happened of what must happen before an examination.</summary>
    [JsonPropertyName("gate")]
    public required GateFlags Gate { get; init; }

    /// <summary>What the transcript holds, once the encounter is over; else null.</summary>
    [JsonPropertyName("completeness")]
    public Completeness? Completeness { get; init; }

    /// <summary>The patient.</summary>
    [JsonPropertyName("persona_id")]
    public required string PersonaId { get; init; }

    /// <summary>The case.</summary>
    [JsonPropertyName("scenario_id")]
    public required string ScenarioId { get; init; }

    /// <summary>Whom the student talks to, when it is not the patient.</summary>
    [JsonPropertyName("role_id")]
    public string? RoleId { get; init; }

    /// <summary>The language of the encounter, when one was asked for.</summary>
    [JsonPropertyName("language")]
    public string? Language { get; init; }

    /// <summary>When it began.</summary>
    [JsonPropertyName("started_at")]
    public required string StartedAt { get; init; }

    /// <summary>When its end was asked for; null before.</summary>
    [JsonPropertyName("ended_at")]
    public string? EndedAt { get; init; }

    /// <summary>The newest place in its log: what the live feed is asked to go on from.</summary>
    [JsonPropertyName("seq")]
    public required long Seq { get; init; }
}

/// <summary>What a finished transcript holds, and what it lacks.</summary>
/// <param name="State">final or abandoned.</param>
/// <param name="Expected">Utterances that are known of.</param>
/// <param name="Final">Of these, with their words.</param>
/// <param name="Failed">Of these, heard but not understood.</param>
/// <param name="Interrupted">Of these, cut off while being spoken.</param>
/// <param name="Abandoned">Of these, given up when the encounter ended.</param>
/// <param name="Witnessed">Of these, told by the voice service itself.</param>
public sealed record Completeness(
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("expected")] int Expected,
    [property: JsonPropertyName("final")] int Final,
    [property: JsonPropertyName("failed")] int Failed,
    [property: JsonPropertyName("interrupted")] int Interrupted,
    [property: JsonPropertyName("abandoned")] int Abandoned,
    [property: JsonPropertyName("witnessed")] int Witnessed);

/// <summary>The answer to an end.</summary>
/// <param name="Metrics">What the transcript holds.</param>
/// <param name="Summary">Always ended.</param>
public sealed record EncounterEnded(
    [property: JsonPropertyName("metrics")] Completeness Metrics,
    [property: JsonPropertyName("summary")] string Summary = "ended");

/// <summary>An encounter's state, phase or gate has changed.</summary>
/// <param name="SessionId">The encounter.</param>
/// <param name="State">active, ending, draining, final or abandoned.</param>
/// <param name="Phase">subjective, objective or treatment_plan.</param>
/// <param name="Gate">What has happened of what must happen.</param>
/// <param name="Seq">Its place in the encounter's log.</param>
public sealed record EncounterChange(
    [property: JsonPropertyName("sessionId")] string SessionId,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("phase")] string Phase,
    [property: JsonPropertyName("gate")] GateFlags Gate,
    [property: JsonPropertyName("seq")] long Seq);
