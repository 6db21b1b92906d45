using System.Collections.Concurrent;
using System.Text.Json;
using EmrSim.Server.Http;
using EmrSim.Server.Patients.Scripted;

namespace EmrSim.Server.Patients.Content;

/// <summary>Everything that was loaded and is sound, at one moment. Never changes: a reload makes another.</summary>
internal sealed class Catalogue(
    string root,
    IReadOnlyDictionary<string, Persona> personas,
    IReadOnlyDictionary<string, Scenario> scenarios,
    IReadOnlyDictionary<string, Kit> kits,
    IReadOnlyDictionary<string, KitMapping> mapping,
    IReadOnlyDictionary<string, JsonElement> challenges,
    IReadOnlyDictionary<string, JsonElement> specialQuestions,
    IReadOnlyDictionary<string, JsonElement> libraries,
    IReadOnlyList<ContentProblem> problems)
{
    private readonly ConcurrentDictionary<(string, string), Listener> _listeners = new();
    private readonly ConcurrentDictionary<string, CaseFile> _cases = new(StringComparer.Ordinal);

    public string Root => root;

    public IReadOnlyDictionary<string, Persona> Personas => personas;

    public IReadOnlyDictionary<string, Scenario> Scenarios => scenarios;

    public IReadOnlyDictionary<string, JsonElement> Libraries => libraries;

    public IReadOnlyList<ContentProblem> Problems => problems;

    /// <summary>The case whose kit a scenario uses: the mapped one, else the one of the same name.</summary>
    public string CaseIdOf(string scenarioId) => mapping.GetValueOrDefault(scenarioId)?.CaseId ?? scenarioId;

    public Kit? KitOf(string scenarioId) => kits.GetValueOrDefault(CaseIdOf(scenarioId));

    public IEnumerable<string> SuggestedPersonas(string scenarioId) =>
        mapping.GetValueOrDefault(scenarioId)?.Personas.Where(personas.ContainsKey) ?? [];

    public Persona? LinkedPersona(Scenario scenario) =>
        scenario.Raw.Text("linked_persona_id") is { } id ? personas.GetValueOrDefault(id) : null;

    public IEnumerable<JsonElement> ChallengesOf(Scenario scenario) => Named(scenario, "screening_challenge_ids", challenges);

    public IEnumerable<JsonElement> SpecialQuestionsOf(Scenario scenario) => Named(scenario, "special_question_ids", specialQuestions);

    /// <summary>The scenario prepared for talking; built when it is first needed, so that the start stays short.</summary>
    public CaseFile CaseOf(Scenario scenario) => _cases.GetOrAdd(scenario.Id, static (_, made) => CaseFile.From(made.Catalogue, made.Scenario), (Catalogue: this, Scenario: scenario));

    public Listener ListenerOf(CaseFile file, Persona persona) =>
        _listeners.GetOrAdd((file.Scenario.Id, persona.Id), static (_, made) => new Listener(made.file, made.persona), (file, persona));

    /// <summary>Both, or the refusal of the contract when one was taken away meanwhile.</summary>
    public (Persona Persona, Scenario Scenario) Need(string personaId, string scenarioId) =>
        personas.TryGetValue(personaId, out var persona) && scenarios.TryGetValue(scenarioId, out var scenario)
            ? (persona, scenario)
            : throw new ApiErrorException(ApiError.NotFound("sps_context_unavailable", "The encounter's persona or scenario is not in the content any more."));

    private static IEnumerable<JsonElement> Named(Scenario scenario, string key, IReadOnlyDictionary<string, JsonElement> bank) =>
        scenario.Raw.Texts(key).Distinct(StringComparer.Ordinal).Where(bank.ContainsKey).Select(id => bank[id]);
}
