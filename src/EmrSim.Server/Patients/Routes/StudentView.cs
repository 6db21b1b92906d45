using System.Text.Json;
using System.Text.Json.Nodes;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Routes;

/// <summary>
/// What a student may see of a persona and of a scenario. This is the one list of what is kept back; on top of it, any text
/// that names the diagnosis goes, wherever the author put it.
/// </summary>
internal static class StudentView
{
    private static readonly string[] s_personaSecrets = ["hidden_agenda", "beliefs_affect", "dob_challenges", "instructor_notes"];

    private static readonly string[] s_scenarioSecrets =
        ["soap", "checklist", "instructions", "pedagogy", "icf", "screening_challenge_ids", "special_question_ids", "objective_guardrails", "linkage", "ground_truth", "faculty", "instructor_notes", "kit", "rubric"];

    private static readonly string[] s_problemKept = ["onset", "duration_weeks"];
    private static readonly string[] s_contextSecrets = ["instructor_notes", "module_id", "criterion_batteries", "clearance_checklist"];
    private static readonly string[] s_askedKept = ["id", "label"];
    private static readonly string[] s_examinedKept = ["test_id", "label", "region", "preconditions", "contraindications"];
    private static readonly string[] s_shownKept = ["id", "type", "url", "caption", "thumbnail"];
    private static readonly string[] s_findingKept = ["id", "type"];

    /// <summary>Names and addresses are kept although they may hold a telling word: without them nothing works.</summary>
    private static readonly HashSet<string> s_identifiers = new(StringComparer.Ordinal) { "scenario_id", "id", "test_id", "url", "thumbnail", "label", "region", "linked_persona_id", "student_case_id", "content_version" };

    public static JsonNode Of(Persona persona)
    {
        var view = (JsonObject)persona.Raw.ToNode()!;
        foreach (var secret in s_personaSecrets) view.Remove(secret);
        return view;
    }

    public static JsonNode Of(CaseFile file)
    {
        var view = (JsonObject)file.Scenario.Raw.ToNode()!;
        foreach (var secret in s_scenarioSecrets) view.Remove(secret);
        Keep(view["presenting_problem"], s_problemKept);
        foreach (var secret in s_contextSecrets) (view["scenario_context"] as JsonObject)?.Remove(secret);
        (view["meta"] as JsonObject)?.Remove("roles");
        KeepEach(view["subjective_catalog"], static _ => s_askedKept);
        KeepEach(view["objective_catalog"], static _ => s_examinedKept);
        KeepEach(view["media_library"], static asset => IsFinding(asset) ? s_findingKept : s_shownKept);
        Withhold(view, file.Diagnosis);
        view["title"] = Title(file);
        if (view["meta"] is JsonObject meta) meta["title"] = Title(file);
        return view;
    }

    public static string Title(CaseFile file) =>
        file.Diagnosis.AreIn(file.Scenario.Title) ? $"{Region(file.Scenario)} case {file.Scenario.Raw.Text("student_case_id")}" : file.Scenario.Title;

    public static IReadOnlyList<string> Tags(CaseFile file) => [.. file.Scenario.Raw.Texts("tags").Where(tag => !file.Diagnosis.AreIn(tag))];

    private static string Region(Scenario scenario)
    {
        var region = (scenario.Raw.Text("region") ?? "patient").Replace('_', ' ');
        return char.ToUpperInvariant(region[0]) + region[1..];
    }

    private static bool IsFinding(JsonObject asset) =>
        asset["clinical_context"] is JsonArray contexts && contexts.Any(static one => one is JsonValue value && value.TryGetValue<string>(out var text) && text == "objective");

    private static void KeepEach(JsonNode? list, Func<JsonObject, string[]> kept)
    {
        foreach (var entry in (list as JsonArray ?? []).OfType<JsonObject>()) Keep(entry, kept(entry));
    }

    private static void Keep(JsonNode? node, string[] kept)
    {
        if (node is not JsonObject fields) return;
        foreach (var name in fields.Select(static field => field.Key).Where(name => !kept.Contains(name, StringComparer.Ordinal)).ToList()) fields.Remove(name);
    }

    private static void Withhold(JsonNode? node, DiagnosisTerms diagnosis)
    {
        if (node is JsonObject fields)
        {
            foreach (var (name, value) in fields.ToList())
            {
                if (IsTelling(value, diagnosis) && !s_identifiers.Contains(name)) fields.Remove(name);
                else Withhold(value, diagnosis);
            }
        }
        else if (node is JsonArray entries)
        {
            for (var index = entries.Count - 1; index >= 0; index--)
            {
                if (IsTelling(entries[index], diagnosis)) entries.RemoveAt(index);
                else Withhold(entries[index], diagnosis);
            }
        }
    }

    private static bool IsTelling(JsonNode? node, DiagnosisTerms diagnosis) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) && diagnosis.AreIn(text);
}
