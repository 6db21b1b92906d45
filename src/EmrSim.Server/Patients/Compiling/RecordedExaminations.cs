using System.Text.Json;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Compiling;

/// <summary>Reads examinations and their findings out of the objective part of a record.</summary>
internal static class RecordedExaminations
{
    public static IEnumerable<DerivedExamination> Of(JsonElement objective, string region)
    {
        if (objective.ValueKind != JsonValueKind.Object) yield break;
        var observation = objective.At("observation");
        yield return new("inspection", "Inspection", ["inspection", "observation", "look"], [.. Pairs(observation), .. Pairs(objective.At("posture")), .. observation.Texts("other_findings").Select(RecordWords.Plain)]);
        if (region is "knee" or "ankle_foot" or "elbow" or "wrist_hand" || observation.Text("effusion") is not (null or "none"))
            yield return new("effusion_assessment", "Effusion Assessment", ["effusion", "swelling"], [$"effusion: {RecordWords.Plain(observation.Text("effusion") ?? "none")}"]);
        var palpation = objective.At("palpation");
        if (palpation.ValueKind == JsonValueKind.Object) yield return new("palpation", "Palpation", ["palpation", "palpate"], [.. Palpation(palpation)]);
        var motion = objective.At("rom");
        if (motion.ValueKind == JsonValueKind.Object) yield return new("rom", "Range of Motion", ["rom", "range motion"], [.. Motion(motion)]);
        var strength = objective.At("mmt_strength");
        if (strength.ValueKind == JsonValueKind.Object) yield return new("mmt_strength", "Strength (MMT)", ["mmt", "strength", "myotomes"], [.. Pairs(strength.At("grades")), .. PainInhibition(strength)]);
        foreach (var list in new[] { "special_tests", "functional_tests" })
            foreach (var test in objective.Items(list).Where(static test => test.At("performed").ValueKind != JsonValueKind.False && test.Text("test_template_id") is not null))
                yield return Test(test);
    }

    private static DerivedExamination Test(JsonElement test)
    {
        var id = test.Text("test_template_id")!;
        var findings = test.At("findings");
        return new(id, RecordWords.Title(id), [id], [.. findings.Texts("qualitative").Select(RecordWords.Plain)], findings.At("numeric"), findings.At("binary_flags"));
    }

    private static IEnumerable<string> Palpation(JsonElement palpation)
    {
        if (palpation.Texts("structures_assessed") is { Count: > 0 } structures) yield return $"structures: {string.Join(", ", structures)}";
        if (palpation.Text("tenderness_grading") is { } grading) yield return $"tenderness: {RecordWords.Plain(grading)}";
        foreach (var skin in palpation.Texts("temperature_edema_skin")) yield return RecordWords.Plain(skin);
    }

    private static IEnumerable<string> Motion(JsonElement motion)
    {
        foreach (var line in Pairs(motion.At("active"))) yield return $"active {line}";
        foreach (var line in Pairs(motion.At("passive"))) yield return $"passive {line}";
        foreach (var line in Pairs(motion.At("symptom_reproduction"))) yield return line;
    }

    private static IEnumerable<string> PainInhibition(JsonElement strength) =>
        strength.At("pain_inhibition").Flag("present") ? ["pain inhibits full effort"] : [];

    private static IEnumerable<string> Pairs(JsonElement element) =>
        element.Fields().Where(static field => field.Value.Scalar() is not null).Select(static field => $"{RecordWords.Plain(field.Name)}: {RecordWords.Plain(field.Value.Scalar()!)}");
}

/// <summary>Makes keys and codes of a record readable.</summary>
internal static class RecordWords
{
    public static string Plain(string text) => text.Replace('_', ' ').Trim();

    public static string Title(string id) =>
        string.Join(' ', id.Split('_', StringSplitOptions.RemoveEmptyEntries).Where(static word => word != "tmpl").Select(static word => char.ToUpperInvariant(word[0]) + word[1..]));
}
