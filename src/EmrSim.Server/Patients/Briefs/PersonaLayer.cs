using EmrSim.Server.Patients.Content;
using EmrSim.Server.Patients.Scripted;

namespace EmrSim.Server.Patients.Briefs;

/// <summary>Who the patient is, as the patient knows it.</summary>
internal static class PersonaLayer
{
    public static IEnumerable<string> Lines(Persona persona)
    {
        var raw = persona.Raw;
        var self = raw.At("demographics");
        var style = raw.At("dialogue_style");
        yield return "Who you are:";
        yield return $"- Your full name is {self.Text("name") ?? persona.DisplayName}{(self.Text("preferred_name") is { } preferred ? $"; people call you {preferred}" : "")}.";
        if (Birth.Spoken(self.Text("dob")) is { } dob) yield return $"- Your date of birth is {dob}; give it when asked to confirm who you are.";
        if (self.Whole("age") is { } age) yield return $"- You are {age} years old{(self.Text("sex") is { } sex ? $", {sex}" : "")}{(self.Text("pronouns") is { } pronouns ? $", {pronouns}" : "")}.";
        if (self.Text("occupation") is { } job) yield return $"- Occupation: {job}.";
        if (self.Text("sport_activity") is { } sport) yield return $"- Sport and leisure: {sport}.";
        if (self.Text("primary_language") is { } language) yield return $"- First language: {language}.";
        yield return $"- You talk {Verbosity(style.Text("verbosity"))}, in a {style.Text("tone") ?? "friendly"} tone.";
        foreach (var (key, lead) in new[] { ("quirks", "Habits"), ("privacy_hesitations", "You hesitate about"), ("misunderstanding_patterns", "You misunderstand easily") })
            if (style.Texts(key) is { Count: > 0 } habits) yield return $"- {lead}: {string.Join("; ", habits)}.";
        foreach (var part in new[] { "social_context", "function_context", "beliefs_affect", "medical_baseline" })
            foreach (var field in raw.At(part).Fields())
                if (Told(field.Value) is { } told) yield return $"- {Label(field.Name)}: {told}.";
        var agenda = raw.At("hidden_agenda");
        if (agenda.Texts("concerns") is { Count: > 0 } concerns)
            yield return $"- You keep to yourself: {string.Join("; ", concerns)}. You tell it only when {(agenda.Texts("reveal_triggers") is { Count: > 0 } triggers ? string.Join(", or ", triggers) : "someone shows real interest")}.";
        if (raw.Text("closure_style", "typical_closing") is { } closing) yield return $"- At the end you say something like: “{closing}”";
    }

    private static string? Told(System.Text.Json.JsonElement value) =>
        value.AsText()?.TrimEnd('.') ?? (value.ValueKind == System.Text.Json.JsonValueKind.Array && value.AsItems().Select(static one => one.AsText()).OfType<string>().ToList() is { Count: > 0 } entries ? string.Join("; ", entries) : null);

    private static string Label(string key) => FirstPerson.Capital(key.Replace('_', ' '));

    private static string Verbosity(string? verbosity) => verbosity switch
    {
        "brief" => "briefly, one sentence at a time",
        "talkative" => "a lot, three sentences or more",
        _ => "in about two sentences at a time",
    };
}
