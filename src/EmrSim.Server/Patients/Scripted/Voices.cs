namespace EmrSim.Server.Patients.Scripted;

/// <summary>Who speaks. Others than the patient pass facts on in words of their own, or keep to their own task.</summary>
internal static class Voices
{
    public static IReadOnlyList<Part> Render(Question question, IReadOnlyList<Part> parts, IReadOnlyList<Heard> heard, Recollection recollection) => question.RoleId switch
    {
        "translator" => [.. parts.Select(static part => part.IsFact ? part with { Text = Quoted("The patient says", part.Text) } : Interpreter(part))],
        "family" => [.. parts.Select(part => part.IsFact ? part with { Text = $"{Quoted(Chance.One(["What I keep hearing is", "At home it goes like this"], question.EncounterId, part.ItemIds[0]), part.Text)} It worries us too." } : part)],
        "clinician" => [Clinician(question, recollection) with { ItemIds = ["role:clinician"] }],
        "scribe" => [Scribe(heard)],
        _ => parts,
    };

    private static string Quoted(string lead, string text)
    {
        var finding = text.IndexOf("Finding:", StringComparison.Ordinal);
        var said = finding < 0 ? text : text[..finding].TrimEnd();
        var observed = finding < 0 ? "" : $" {text[finding..]}";
        return said.Length == 0 ? observed.TrimStart() : $"{lead}: “{said}”{observed}";
    }

    private static Part Interpreter(Part part) => part.ItemIds[0] switch
    {
        "gate:greeting" => part with { Text = "Hello. I am the interpreter; I will pass on everything that is said, both ways." },
        "gate:introduction" => part with { Text = "Thank you, I have passed that on." },
        "clarify" => part with { Text = $"Interpreter here: the patient did not follow. {part.Text}" },
        _ => part with { Text = Quoted("The patient says", part.Text) },
    };

    private static Part Clinician(Question question, Recollection recollection) => Part.Of("role:clinician", Chance.Fresh(question.Phase switch
    {
        "objective" => ["Which finding would change your mind, and have you looked for it?", "Why this test now, and what will you do with the result?", "Tell me what you checked for safety first."],
        "treatment_plan" => ["How will you know that the plan works, and when do you look again?", "What did you tell the patient to watch out for?", "Give me the plan in two sentences."],
        _ => ["What do you know so far, and what is still open?", "Which safety questions have you asked?", "Summarise the history for me in two sentences."],
    }, question.EncounterId, $"clinician {recollection.UserTurns}", recollection.LastSaid));

    private static Part Scribe(IReadOnlyList<Heard> heard)
    {
        var topics = heard.Select(static one => one.Asked?.Label ?? one.Examined?.Label).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        return topics.Count > 0
            ? new($"Noted: {string.Join("; ", topics)}.", ["role:scribe", .. heard.Select(static one => one.Asked?.Id ?? one.Examined?.Id).OfType<string>().Distinct(StringComparer.Ordinal)])
            : Part.Of("role:scribe", "Noted.");
    }
}
