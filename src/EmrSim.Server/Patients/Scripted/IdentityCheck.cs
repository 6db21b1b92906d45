using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Scripted;

/// <summary>Name and date of birth: the first request may meet one of the persona's habits, the second gets a plain answer.</summary>
internal static class IdentityCheck
{
    public static (Part Part, bool IsVerified) Answer(Question question, Persona persona, Recollection recollection, string clause)
    {
        var (name, date) = Self(persona);
        var asksForBirth = clause.Contains("birth", StringComparison.Ordinal) || clause.Contains("dob", StringComparison.Ordinal) || clause.Contains("born", StringComparison.Ordinal) || clause.Contains("identity", StringComparison.Ordinal) || clause.Contains("details", StringComparison.Ordinal);
        if (!asksForBirth) return (Part.Of("persona:name", $"Yes, my name is {name}.") with { IsFact = true }, IsComplete(question, recollection, name, date, $"{name}"));
        var habits = persona.Raw.Items("dob_challenges").Select(static one => one.Text("example_response")).OfType<string>().ToList();
        var text = recollection.IdentityRequests == 0 && habits.Count > 0
            ? Chance.One(habits, question.EncounterId, "identity")
            : $"{name}, {Birth.Spoken(date) ?? "as it says on the form"}.";
        if (clause.Contains("name", StringComparison.Ordinal) && !text.Contains(name.Split(' ')[0], StringComparison.OrdinalIgnoreCase)) text = $"{name}. {text}";
        return (new(text, clause.Contains("name", StringComparison.Ordinal) ? ["persona:name", "persona:dob"] : ["persona:dob"], IsFact: true), IsComplete(question, recollection, name, date, text));
    }

    /// <summary>Whether these words hold a part of who the patient is.</summary>
    public static bool Tells(Persona persona, string text)
    {
        var (name, date) = Self(persona);
        return Birth.IsToldIn(text, date) || text.Contains(name.Split(' ')[0], StringComparison.OrdinalIgnoreCase);
    }

    public static bool IsTold(Persona persona, IReadOnlyList<Utterance> conversation)
    {
        var (name, date) = Self(persona);
        return conversation.Any(one => Birth.IsToldIn(one.Text, date)) && conversation.Any(one => one.Text.Contains(name.Split(' ')[0], StringComparison.OrdinalIgnoreCase));
    }

    private static (string Name, string? Date) Self(Persona persona)
    {
        var self = persona.Raw.At("demographics");
        return (self.Text("name") ?? persona.DisplayName, self.Text("dob"));
    }

    private static bool IsComplete(Question question, Recollection recollection, string name, string? date, string now) =>
        (Birth.IsToldIn(now, date) || Birth.IsToldIn(question.Text, date) || WasToldBefore(recollection, date))
        && (now.Contains(name.Split(' ')[0], StringComparison.OrdinalIgnoreCase) || question.Text.Contains(name.Split(' ')[0], StringComparison.OrdinalIgnoreCase) || recollection.WasSaid(name.Split(' ')[0]));

    private static bool WasToldBefore(Recollection recollection, string? date) => Birth.Spoken(date) is { } spoken && recollection.WasSaid(spoken);
}
