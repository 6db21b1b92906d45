using System.Text.Json;
using System.Text.Json.Serialization;

namespace EmrSim.Contracts;

/// <summary>A persona as listed.</summary>
/// <param name="Id">Names the persona in every other request.</param>
/// <param name="DisplayName">The name that is shown.</param>
/// <param name="Headline">Who this is, in one line.</param>
/// <param name="Age">In years.</param>
/// <param name="Sex">As the author wrote it.</param>
/// <param name="Voice">The voice of the service that this persona speaks with, or null for the default.</param>
/// <param name="Tags">Left out when there are none.</param>
public sealed record PersonaSummary(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("display_name")] string DisplayName,
    [property: JsonPropertyName("headline")] string? Headline,
    [property: JsonPropertyName("age")] int? Age,
    [property: JsonPropertyName("sex")] string? Sex,
    [property: JsonPropertyName("voice")] string? Voice,
    [property: JsonPropertyName("tags"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Tags);

/// <summary>All personas.</summary>
/// <param name="Personas">In the order of their ids.</param>
public sealed record PersonaList([property: JsonPropertyName("personas")] IReadOnlyList<PersonaSummary> Personas);

/// <summary>A scenario as listed.</summary>
/// <param name="ScenarioId">Names the scenario in every other request.</param>
/// <param name="StudentCaseId">A short name that tells nothing of the case.</param>
/// <param name="Title">What the case is called; without the diagnosis for students.</param>
/// <param name="Region">The region of the body.</param>
/// <param name="Difficulty">easy, moderate or advanced.</param>
/// <param name="Setting">Where the encounter takes place.</param>
/// <param name="Tags">For searching.</param>
/// <param name="PersonaId">The persona that the author linked, or null.</param>
/// <param name="PersonaName">That persona's name.</param>
/// <param name="PersonaHeadline">That persona's headline.</param>
/// <param name="SuggestedPersonas">Ids of personas that suit the case, the best first.</param>
/// <param name="Guardrails">What limits who can play the case; left out when there is nothing.</param>
/// <param name="Practises">What is practised: history, safety, examination, clinical_reasoning, communication, plan_of_care; told with audience=student.</param>
public sealed record ScenarioSummary(
    [property: JsonPropertyName("scenario_id")] string ScenarioId,
    [property: JsonPropertyName("student_case_id")] string StudentCaseId,
    [property: JsonPropertyName("title")] string Title,
    [property: JsonPropertyName("region")] string Region,
    [property: JsonPropertyName("difficulty")] string? Difficulty,
    [property: JsonPropertyName("setting")] string? Setting,
    [property: JsonPropertyName("tags")] IReadOnlyList<string> Tags,
    [property: JsonPropertyName("persona_id")] string? PersonaId,
    [property: JsonPropertyName("persona_name")] string? PersonaName,
    [property: JsonPropertyName("persona_headline")] string? PersonaHeadline,
    [property: JsonPropertyName("suggested_personas")] IReadOnlyList<string> SuggestedPersonas,
    [property: JsonPropertyName("guardrails"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] JsonElement? Guardrails,
    [property: JsonPropertyName("practises"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Practises = null);

/// <summary>All scenarios.</summary>
/// <param name="Scenarios">In the order of their ids.</param>
public sealed record ScenarioList([property: JsonPropertyName("scenarios")] IReadOnlyList<ScenarioSummary> Scenarios);
