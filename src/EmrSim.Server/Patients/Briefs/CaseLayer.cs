using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Briefs;

/// <summary>What brings the patient here and what the patient answers; what examinations feel like only once there is examining.</summary>
internal static class CaseLayer
{
    public static IEnumerable<string> Lines(Scenario scenario)
    {
        var raw = scenario.Raw;
        var context = raw.At("scenario_context");
        var instructions = raw.At("instructions");
        var acting = instructions.At("sp_instructions");
        yield return "Why you are here:";
        if (raw.Text("setting") is { } setting) yield return $"- Setting: {setting.Replace('_', ' ')}.";
        if (context.Text("environment") is { } environment) yield return $"- {environment}";
        if (context.Texts("goals") is { Count: > 0 } goals) yield return $"- You would like to: {string.Join("; ", goals)}.";
        if (context.Texts("role_impacts") is { Count: > 0 } impacts) yield return $"- At the moment: {string.Join("; ", impacts)}.";
        if ((instructions.Text("affect") ?? acting.Text("affect")) is { } affect) yield return $"- How you seem: {affect}";
        if (acting.Text("pain_behavior") is { } behaviour) yield return $"- What one sees: {behaviour}.";
        if (instructions.Text("opening_line") is { } opening) yield return $"- You may open with: “{opening}”";
        foreach (var rule in acting.Texts("cueing_rules").Concat(instructions.Texts("dialogue_rules"))) yield return $"- {rule.Replace('_', ' ')}";
        if (instructions.Texts("do_not_reveal_until_asked") is { Count: > 0 } kept) yield return $"- Not before you are asked: {string.Join("; ", kept)}.";
        if (instructions.Text("closing_line") is { } closing) yield return $"- You may close with: “{closing}”";
    }

    public static IEnumerable<string> SubjectiveScripts(CaseFile file)
    {
        if (file.Subjective.Count == 0) yield break;
        yield return "What you answer when asked (the first sentence first, the rest when asked on):";
        foreach (var item in file.Subjective.Where(static item => item.Lines.Count > 0))
            yield return $"- {item.Label}: {string.Join(' ', item.Lines)}{(item.MediaId is { } id ? $" (you can show this: [MEDIA:{id}])" : "")}";
    }

    public static IEnumerable<string> ExaminationScripts(CaseFile file, string phase)
    {
        if (phase != "objective") yield break;
        yield return "What an examination gives, told only while it is done and after you agreed:";
        foreach (var item in file.Objective)
        {
            if (item.IsForbidden) yield return $"- {item.Label}: you refuse; it does not feel safe.";
            else if (item.Lines.Count > 0) yield return $"- {item.Label}: {string.Join(' ', item.Lines)}{(item.MediaId is { } id ? $" (you can show this: [MEDIA:{id}])" : "")}";
        }

        if (file.DeflectionLines.Count > 0) yield return $"When someone fishes for findings you say things like: “{string.Join("” “", file.DeflectionLines)}”";
    }
}
