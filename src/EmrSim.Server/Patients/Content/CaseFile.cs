using System.Text.Json;
using System.Text.RegularExpressions;

namespace EmrSim.Server.Patients.Content;

internal sealed record SubjectiveItem(string Id, string Label, IReadOnlyList<string> Patterns, IReadOnlyList<string> Lines, string? MediaId);

internal sealed record ObjectiveItem(
    string Id,
    string Label,
    IReadOnlyList<string> Patterns,
    IReadOnlyList<string> Lines,
    bool NeedsTouchConsent,
    bool IsForbidden,
    IReadOnlyList<string> Contraindications,
    string? Instructions,
    string? MediaId);

/// <summary>A scenario prepared for the composer and the patient.</summary>
internal sealed partial record CaseFile(
    Scenario Scenario,
    IReadOnlyList<SubjectiveItem> Subjective,
    IReadOnlyList<ObjectiveItem> Objective,
    IReadOnlyList<SubjectiveItem> Bank,
    Kit? Kit,
    DiagnosisTerms Diagnosis,
    IReadOnlyList<string> DeflectionLines,
    int FatigueThreshold)
{
    public static CaseFile From(Catalogue catalogue, Scenario scenario)
    {
        var raw = scenario.Raw;
        var kit = catalogue.KitOf(scenario.Id);
        var guardrails = raw.At("objective_guardrails");
        var consent = guardrails.At("require_explicit_physical_consent").ValueKind != JsonValueKind.False;
        var impactUnsafe = raw.At("guardrails").Flag("impact_testing_unsafe");
        return new(
            scenario,
            [.. raw.Items("subjective_catalog").Select(item => Asked(item, scenario))],
            [.. raw.Items("objective_catalog").Select(item => Examined(item, scenario, consent, impactUnsafe))],
            [.. catalogue.SpecialQuestionsOf(scenario).Select(static one => Banked(one, "student_prompt_patterns")), .. catalogue.ChallengesOf(scenario).Select(static one => Banked(one, "reveal_triggers"))],
            kit,
            DiagnosisTerms.Of(raw, kit),
            guardrails.Texts("deflection_lines") is { Count: > 0 } lines ? lines : raw.At("instructions", "llm_prompt_hooks").Texts("deflection_lines"),
            guardrails.Whole("fatigue_prompt_threshold") ?? 0);
    }

    private static SubjectiveItem Asked(JsonElement item, Scenario scenario)
    {
        var id = item.Text("id")!;
        var label = item.Text("label") ?? id.Replace('_', ' ');
        return new(id, label, item.Texts("patterns"), [.. item.At("patient_response_script").Texts("qualitative").Select(ScriptLine.Spoken).OfType<string>()], MediaOf(item, scenario));
    }

    private static ObjectiveItem Examined(JsonElement item, Scenario scenario, bool consentByDefault, bool impactUnsafe)
    {
        var id = item.Text("test_id")!;
        var label = item.Text("label") ?? id.Replace('_', ' ');
        var patterns = item.Texts("patterns");
        var script = item.At("patient_output_script");
        var lines = script.Texts("qualitative").Select(ScriptLine.Observed).Concat(script.Texts("qualitative").Count == 0 || !script.Texts("qualitative").Any(static line => line.StartsWith("Finding:", StringComparison.OrdinalIgnoreCase)) ? ScriptLine.Measured(script) : []);
        var asked = item.At("guardrails").At("requires_physical_consent");
        return new(
            id,
            label,
            patterns,
            [.. lines],
            asked.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => consentByDefault },
            item.At("guardrails").Flag("contraindicated") || (impactUnsafe && IsImpact($"{id} {label} {string.Join(' ', patterns)}")),
            item.Texts("contraindications"),
            item.Text("instructions_brief"),
            MediaOf(item, scenario));
    }

    private static SubjectiveItem Banked(JsonElement entry, string patterns) => new(
        entry.Text("id")!,
        entry.Text("id")!,
        entry.Texts(patterns),
        [.. entry.Texts("example_phrases").Where(static phrase => !phrase.EndsWith('?'))],
        null);

    private static string? MediaOf(JsonElement item, Scenario scenario) =>
        item.Texts("notes").Concat(item.At("patient_response_script").Texts("qualitative")).Concat(item.At("patient_output_script").Texts("qualitative"))
            .SelectMany(static text => Marker().Matches(text))
            .Select(static match => match.Groups[1].Value)
            .FirstOrDefault(scenario.Media.ContainsKey);

    public static bool IsImpact(string text) => Impact().IsMatch(text.Replace('_', ' '));

    [GeneratedRegex(@"\[MEDIA:([^\]]+)\]")]
    public static partial Regex Marker();

    [GeneratedRegex(@"\b(hop|hopping|jump|jumping|plyometric|sprint|sprinting|running|skipping|drop landing)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Impact();
}
