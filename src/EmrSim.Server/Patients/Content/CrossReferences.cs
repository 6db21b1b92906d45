using System.Text.Json;

namespace EmrSim.Server.Patients.Content;

/// <summary>Checks what files say of each other.</summary>
internal sealed class CrossReferences(
    ContentFolder folder,
    IReadOnlyDictionary<string, Persona> personas,
    IReadOnlyDictionary<string, Kit> kits,
    IReadOnlyDictionary<string, KitMapping> mapping,
    string mappingFile,
    IReadOnlyDictionary<string, JsonElement> challenges,
    IReadOnlyDictionary<string, JsonElement> specialQuestions)
{
    private readonly ProblemList _problems = folder.Problems;

    public void Check(IReadOnlyDictionary<string, (Scenario Scenario, string File)> scenarios)
    {
        foreach (var (scenario, file) in scenarios.Values)
        {
            CheckBank(scenario, file, "screening_challenge_ids", challenges, "CHALLENGE_NOT_FOUND");
            CheckBank(scenario, file, "special_question_ids", specialQuestions, "SPECIAL_QUESTION_NOT_FOUND");
            CheckMedia(scenario, file);
            CheckPersonas(scenario, file);
            if (!mapping.ContainsKey(scenario.Id) && !kits.ContainsKey(scenario.Id))
                _problems.Warn("SCENARIO_NOT_MAPPED", file, "$.scenario_id", $"{scenario.Id} has no kit; add it to the kit mapping");
        }

        foreach (var (scenarioId, entry) in mapping)
        {
            if (!kits.ContainsKey(entry.CaseId)) _problems.Error("MAPPED_KIT_NOT_FOUND", mappingFile, $"$.{scenarioId}", $"there is no sound kit {entry.CaseId}");
            if (!scenarios.ContainsKey(scenarioId)) _problems.Warn("MAPPED_SCENARIO_NOT_FOUND", mappingFile, $"$.{scenarioId}", "there is no such sound scenario");
        }
    }

    private void CheckBank(Scenario scenario, string file, string key, IReadOnlyDictionary<string, JsonElement> bank, string code)
    {
        foreach (var id in scenario.Raw.Texts(key).Where(id => !bank.ContainsKey(id))) _problems.Error(code, file, $"$.{key}", $"there is no {id} in the banks");
    }

    private void CheckMedia(Scenario scenario, string file)
    {
        foreach (var asset in scenario.Media.Values.Where(static asset => asset.Url.StartsWith("/media/", StringComparison.Ordinal)))
            if (!File.Exists(folder.FullPath("media", asset.Url["/media/".Length..])))
                _problems.Warn("MEDIA_FILE_MISSING", file, "$.media_library", $"{asset.Url} is not in the content's media folder");
        var texts = scenario.Raw.Items("subjective_catalog").Concat(scenario.Raw.Items("objective_catalog")).SelectMany(static item => item.Texts("notes"));
        foreach (var id in texts.SelectMany(static text => CaseFile.Marker().Matches(text)).Select(static match => match.Groups[1].Value).Where(id => !scenario.Media.ContainsKey(id)))
            _problems.Warn("MEDIA_MARKER_UNKNOWN", file, "$.media_library", $"the marker {id} names nothing in the media library");
    }

    private void CheckPersonas(Scenario scenario, string file)
    {
        var linked = scenario.Raw.Text("linked_persona_id");
        if (linked is not null && !personas.ContainsKey(linked)) _problems.Warn("PERSONA_NOT_FOUND", file, "$.linkage.persona_id", $"there is no sound persona {linked}");
        var suggested = mapping.GetValueOrDefault(scenario.Id)?.Personas ?? [];
        foreach (var id in suggested.Where(id => !personas.ContainsKey(id))) _problems.Report(IsStrict(scenario), "SUGGESTED_PERSONA_NOT_FOUND", mappingFile, $"$.{scenario.Id}.personas", $"there is no sound persona {id}");
        foreach (var id in suggested.Append(linked).OfType<string>().Where(personas.ContainsKey).Distinct(StringComparer.Ordinal)) CheckFit(scenario, personas[id], file);
    }

    private void CheckFit(Scenario scenario, Persona persona, string file)
    {
        var rules = scenario.Raw.At("guardrails");
        var strict = IsStrict(scenario);
        var sex = persona.Raw.Text("demographics", "sex");
        if (persona.Raw.At("demographics").Whole("age") is { } age)
        {
            if (age < rules.Whole("min_age")) _problems.Report(strict, "AGE_BELOW_MIN", file, "$.guardrails.min_age", $"{persona.Id} is {age}");
            if (age > rules.Whole("max_age")) _problems.Report(strict, "AGE_ABOVE_MAX", file, "$.guardrails.max_age", $"{persona.Id} is {age}");
        }

        if (rules.Text("sex_required") is { } required && !string.Equals(sex, required, StringComparison.OrdinalIgnoreCase))
            _problems.Report(strict, "SEX_MISMATCH", file, "$.guardrails.sex_required", $"{persona.Id} is {sex}");
        if (string.Equals(sex, "male", StringComparison.OrdinalIgnoreCase) && IsPregnant(scenario, persona))
            _problems.Report(strict, "PREGNANCY_INCOMPATIBLE_WITH_SEX", file, "$.tags", $"{persona.Id} is {sex}");
    }

    private static bool IsPregnant(Scenario scenario, Persona persona) =>
        scenario.Raw.Texts("tags").Concat(persona.Raw.Texts("tags")).Any(static tag => tag.Contains("pregnan", StringComparison.OrdinalIgnoreCase));

    private static bool IsStrict(Scenario scenario) => scenario.Raw.At("guardrails").Flag("strict");
}
