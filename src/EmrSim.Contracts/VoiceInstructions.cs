using System.Text.Json.Serialization;

namespace EmrSim.Contracts;

/// <summary>The answer of <c>POST /api/voice/instructions</c>: what a model patient would be told.</summary>
public sealed record VoiceInstructions
{
    /// <summary>The instructions.</summary>
    [JsonPropertyName("instructions")]
    public required string Instructions { get; init; }

    /// <summary>The phase that they are for.</summary>
    [JsonPropertyName("phase")]
    public required string Phase { get; init; }

    /// <summary>Labels of what must still happen before an examination.</summary>
    [JsonPropertyName("outstanding_gate")]
    public required IReadOnlyList<string> OutstandingGate { get; init; }

    /// <summary>The role that they are for, as asked for.</summary>
    [JsonPropertyName("role_id")]
    public required string? RoleId { get; init; }

    /// <summary>The roles of the case.</summary>
    [JsonPropertyName("available_roles")]
    public required IReadOnlyList<string> AvailableRoles { get; init; }

    /// <summary>The facts of the kit that went in, when there are any.</summary>
    [JsonPropertyName("retrieved_ids")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? RetrievedIds { get; init; }

    /// <summary>Where they came from, when the server is set to tell.</summary>
    [JsonPropertyName("debug")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public VoiceInstructionsOrigin? Debug { get; init; }
}

/// <summary>The case behind the instructions.</summary>
/// <param name="ScenarioId">The scenario.</param>
/// <param name="MappedCaseId">The kit's case, when one is known.</param>
public sealed record VoiceInstructionsOrigin(
    [property: JsonPropertyName("scenario_id")] string ScenarioId,
    [property: JsonPropertyName("mapped_case_id")] string? MappedCaseId);

/// <summary>The answer of <c>GET /api/voice/voices</c>.</summary>
/// <param name="Voices">The voices that the voice service knows.</param>
public sealed record VoiceList([property: JsonPropertyName("voices")] IReadOnlyList<string> Voices);
