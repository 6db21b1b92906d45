using System.Text.Json.Serialization;

namespace EmrSim.Contracts;

/// <summary>The body of <c>POST /api/voice/token</c>.</summary>
public sealed record VoiceTokenRequest
{
    /// <summary>The encounter; or, with <c>persona_id</c> and <c>scenario_id</c>, an id of the caller's choice.</summary>
    [JsonPropertyName("session_id")]
    public required string SessionId { get; init; }

    /// <summary>The patient, for a session that the server does not know.</summary>
    [JsonPropertyName("persona_id")]
    public string? PersonaId { get; init; }

    /// <summary>The case, for a session that the server does not know.</summary>
    [JsonPropertyName("scenario_id")]
    public string? ScenarioId { get; init; }

    /// <summary>Who speaks, when not the patient: translator, family, clinician, scribe or a role of the scenario.</summary>
    [JsonPropertyName("role_id")]
    public string? RoleId { get; init; }

    /// <summary>One of <c>GET /api/voice/voices</c>, instead of the patient's own.</summary>
    [JsonPropertyName("voice")]
    public string? Voice { get; init; }

    /// <summary>The voice model, instead of the configured one.</summary>
    [JsonPropertyName("model")]
    public string? Model { get; init; }

    /// <summary>The model that transcribes the student, instead of the configured one.</summary>
    [JsonPropertyName("transcription_model")]
    public string? TranscriptionModel { get; init; }

    /// <summary>The language that the student speaks; <c>auto</c> or none lets the model find out.</summary>
    [JsonPropertyName("input_language")]
    public string? InputLanguage { get; init; }

    /// <summary>The language that the patient answers in; the student's when not given.</summary>
    [JsonPropertyName("reply_language")]
    public string? ReplyLanguage { get; init; }
}

/// <summary>The body of <c>POST /api/voice/sdp</c>; the answer is <c>application/sdp</c>.</summary>
/// <param name="SessionId">The id that the token was asked for.</param>
/// <param name="Sdp">The browser's offer, at most 64 KB.</param>
public sealed record SdpOffer(
    [property: JsonPropertyName("session_id")] string SessionId,
    [property: JsonPropertyName("sdp")] string Sdp);

/// <summary>The body of <c>POST /api/voice/instructions</c>. What is given overrides the encounter for this answer only.</summary>
/// <param name="SessionId">The encounter.</param>
/// <param name="Phase">subjective, objective or treatment_plan.</param>
/// <param name="Gate">Flags over those of the encounter.</param>
/// <param name="RoleId">Who speaks.</param>
/// <param name="Audience">faculty is honoured for teachers only.</param>
public sealed record VoiceInstructionsRequest(
    [property: JsonPropertyName("session_id")] string SessionId,
    [property: JsonPropertyName("phase")] string? Phase,
    [property: JsonPropertyName("gate")] GateFlags? Gate,
    [property: JsonPropertyName("role_id")] string? RoleId,
    [property: JsonPropertyName("audience")] string? Audience);
