using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Routes;

/// <summary>The teacher's key to a case: what is asked and found, sorted, the diagnosis, the plan and the points to teach.</summary>
internal static class FacultyKeyPage
{
    private static readonly (string Heading, string[] Keys)[] s_asked =
    [
        ("Red flags", ["red_flag", "cancer", "fever", "night_pain", "weight", "bladder", "bowel", "saddle"]),
        ("Pain", ["pain", "location", "quality", "radiat", "aggravat", "eas", "24h", "severity", "worst", "best"]),
        ("Onset and course", ["onset", "mechanism", "course", "chief", "duration", "episode", "history", "hpi"]),
        ("Function, work and sport", ["function", "work", "sport", "activit", "sit", "stand", "walk", "stair", "sleep", "goal", "hobb", "exercise"]),
        ("Health, medication and imaging", ["medic", "allerg", "surg", "health", "pmh", "imaging", "treat"]),
    ];

    private static readonly (string Heading, string[] Keys)[] s_examined =
    [
        ("Observation and palpation", ["inspect", "observ", "effusion", "palpat", "posture", "gait"]),
        ("Motion", ["rom", "motion", "mobility", "movement"]),
        ("Strength", ["mmt", "strength", "myotome", "raise"]),
        ("Neurological", ["neuro", "dermatome", "reflex", "clonus", "umn", "slump", "slr"]),
        ("Function", ["functional", "squat", "step", "hop", "lift", "sit_to_stand", "chair"]),
    ];

    public static string Write(Catalogue catalogue, Persona persona, Scenario scenario)
    {
        var file = catalogue.CaseOf(scenario);
        var raw = scenario.Raw;
        var assessment = raw.At("soap", "assessment");
        var page = new HtmlPage($"Faculty Key: {scenario.Title}")
            .Section("Case Snapshot", [$"Scenario: {scenario.Title} ({scenario.Id}, {raw.Text("student_case_id")})", $"Patient: {persona.DisplayName} ({persona.Id})", $"Region: {raw.Text("region")}", $"Difficulty: {raw.Text("difficulty")}", $"Setting: {raw.Text("setting")}"]);
        Sorted(page, "Subjective", s_asked, "Other history", [.. file.Subjective.Select(static item => (item.Id, $"{item.Label}: {string.Join(' ', item.Lines)}"))]);
        Sorted(page, "Objective", s_examined, "Special tests", [.. file.Objective.Select(static item => (item.Id, $"{item.Label}: {(item.Lines.Count > 0 ? string.Join(' ', item.Lines) : "Negative")}"))]);
        return page
            .Section("Working Diagnosis", new[] { raw.Text("presenting_problem", "primary_dx") }.OfType<string>().Concat(assessment.Texts("working_diagnoses")))
            .Section("Differentials", assessment.Texts("differential_diagnoses").Concat(assessment.Texts("differential_diagnoses_considered")))
            .Section("Assessment", assessment)
            .Section("Plan", raw.At("soap", "plan"))
            .Section("Teaching Points", raw.At("pedagogy"))
            .Section("Instructor Notes", raw.At("scenario_context").Texts("instructor_notes"))
            .Section("Persona's Hidden Agenda", persona.Raw.At("hidden_agenda"))
            .Section("Checklist", raw.At("checklist").Items("items").Select(static item => $"{(item.Flag("critical") ? "Critical: " : "")}{item.Text("text")} ({item.Text("phase")}, {item.Text("domain")})"))
            .Section("Special Questions", catalogue.SpecialQuestionsOf(scenario).Select(static one => $"{one.Text("id")}: {one.Text("patient_cue_intent")} {one.Text("instructor_imaging_note")}"))
            .Section("Screening Challenges", catalogue.ChallengesOf(scenario).Select(static one => $"{one.Text("id")} ({one.Text("flag")}): {one.Text("cue_intent")}; {string.Join("; ", one.Texts("learning_objectives"))}"))
            .Section("Kit", file.Kit?.Chunks.Select(static chunk => $"{chunk.Title ?? chunk.Id}: {chunk.Text}") ?? [])
            .Finish();
    }

    private static void Sorted(HtmlPage page, string part, (string Heading, string[] Keys)[] buckets, string rest, List<(string Id, string Text)> items)
    {
        foreach (var (heading, keys) in buckets)
        {
            var inBucket = items.Where(item => keys.Any(key => item.Id.Contains(key, StringComparison.OrdinalIgnoreCase))).ToList();
            items.RemoveAll(inBucket.Contains);
            page.Section($"{part}: {heading}", inBucket.Select(static item => item.Text));
        }

        page.Section($"{part}: {rest}", items.Select(static item => item.Text));
    }
}
