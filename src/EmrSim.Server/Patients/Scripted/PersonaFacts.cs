using System.Text.Json;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Scripted;

/// <summary>What any patient knows of themselves, whatever the case, as things that can be asked.</summary>
internal static class PersonaFacts
{
    private static readonly HashSet<string> s_personal = new(StringComparer.Ordinal)
    {
        "persona:name", "persona:age", "persona:dob", "persona:pronouns", "persona:occupation", "persona:language", "persona:family", "persona:lifestyle",
    };

    /// <summary>Who someone is does not depend on the case; all else the case tells first.</summary>
    public static bool IsPersonal(string id) => s_personal.Contains(id);

    /// <summary>The job and who is at home: the person says who they are before the case says what the complaint does to it.</summary>
    public static bool IsOwnFirst(string id) => id is "persona:occupation" or "persona:family";

    public static IReadOnlyList<SubjectiveItem> Of(Persona persona)
    {
        var raw = persona.Raw;
        var self = raw.At("demographics");
        var social = raw.At("social_context");
        var function = raw.At("function_context");
        var mind = raw.At("beliefs_affect");
        var body = raw.At("medical_baseline");
        SubjectiveItem?[] facts =
        [
            Fact("name", "Name", ["what is your name", "full name", "how are you called", "what should i call you", "what do you like to be called"], Names(self)),
            Fact("age", "Age", ["how old are you", "what is your age", "your age"], self.Whole("age") is { } age ? [$"I am {age}."] : []),
            Fact("dob", "Date of birth", ["what is your date of birth", "when were you born", "birthday"], Birth.Spoken(self.Text("dob")) is { } dob ? [$"My date of birth is {dob}."] : []),
            Fact("pronouns", "Pronouns", ["what are your pronouns", "which pronouns do you use"], self.Text("pronouns") is { } pronouns ? [$"I use {pronouns}."] : []),
            Fact("occupation", "Occupation", ["what do you do for a living", "what is your job", "what do you do for work", "are you retired", "are you working or retired", "what is your occupation", "what do you work as", "are you a student"], self.Text("occupation") is { } job ? [JobLine(job), .. Spoken(function.Text("work_demands"))] : []),
            Fact("language", "Language", ["what is your first language", "which language do you speak", "do you need an interpreter", "native language"], self.Text("primary_language") is { } language ? [$"{language} is my first language."] : []),
            Fact("sport", "Sport and leisure", ["do you play any sports", "what sport do you do", "what are your hobbies", "free time"], Spoken(self.Text("sport_activity"), "For sport and free time: {0}.")),
            Fact("family", "Family and home", ["do you live alone", "who do you live with", "who lives with you", "who is at home with you", "are you married", "do you have a partner", "do you have children", "tell me about your family", "living situation", "home situation"], [.. Spoken(social.Text("living_situation")), .. List(social, "responsibilities", "I have this to look after: {0}.")]),
            Fact("relatives", "Illnesses in the family", ["family history", "does anyone in your family have this", "does it run in the family", "any illnesses in the family"], ["I could not say for sure, I would have to ask my relatives."]),
            Fact("support", "Support", ["who supports you", "do you have help", "who helps you at home", "support network"], List(social, "support_system", "There is {0} to help me.")),
            Fact("conditions", "Other conditions", ["other medical conditions", "general health", "past medical history", "any illnesses"], NoneOr(body, "comorbidities", "I have {0}.", "No, no other conditions.")),
            Fact("medication", "Regular medication", ["what medication do you take regularly", "regular medicines", "any prescriptions", "current medications"], NoneOr(body, "medications", "I take {0}.", "No, I do not take anything regularly.")),
            Fact("allergies", "Allergies", ["any allergies", "are you allergic to anything"], NoneOr(body, "allergies", "I am allergic to {0}.", "No allergies that I know of.")),
            Fact("surgeries", "Operations", ["any operations", "have you had surgery"], NoneOr(body, "surgeries", "I have had this done: {0}.", "No, no operations.")),
            Fact("lifestyle", "Smoking and alcohol", ["do you smoke", "do you drink alcohol", "lifestyle", "how many cigarettes", "do you take recreational drugs"], Spoken(body.Text("lifestyle"))),
            Fact("sleep", "Sleep", ["how do you sleep", "sleep quality", "do you sleep well"], (function.Text("sleep_quality") ?? function.Text("sleep")) is { } sleep ? [$"My sleep is {sleep}."] : []),
            Fact("goals", "Goals", ["what are your goals", "what do you want to achieve", "what matters to you"], List(function, "goals", "I want to {0}.")),
            Fact("fears", "Worries", ["what are you afraid of", "what worries you", "any concerns"], List(mind, "fears", "I am afraid of {0}.")),
            Fact("mood", "Mood", ["how is your mood", "how do you feel emotionally", "how do you cope"], [.. Spoken(mind.Text("coping_style")), .. mind.Text("mood") is { } mood ? new[] { $"I would say {mood}." } : []]),
            Fact("beliefs", "Own view", ["what do you believe", "what is your own view"], List(mind, "beliefs", "I believe that {0}.")),
        ];
        return [.. facts.OfType<SubjectiveItem>()];
    }

    private static SubjectiveItem? Fact(string id, string label, IReadOnlyList<string> patterns, IReadOnlyList<string> lines) =>
        lines.Count == 0 ? null : new($"persona:{id}", label, patterns, lines, null);

    private static IReadOnlyList<string> Names(JsonElement self)
    {
        var name = self.Text("name");
        var preferred = self.Text("preferred_name");
        return name is null ? [] : preferred is null || preferred == name ? [$"My name is {name}."] : [$"My name is {name}.", $"You can call me {preferred}."];
    }

    private static string JobLine(string job) =>
        job.Split(',', ' ') is ["retired" or "Retired"] || job.Contains("unemployed", StringComparison.OrdinalIgnoreCase) || job.StartsWith("retired,", StringComparison.OrdinalIgnoreCase) ? $"I am {job}."
        : job.StartsWith("a ", StringComparison.OrdinalIgnoreCase) || job.StartsWith("an ", StringComparison.OrdinalIgnoreCase) ? $"I am {job}."
        : $"I am {("aeiou".Contains(char.ToLowerInvariant(job[0])) ? "an" : "a")} {FirstPerson.Phrase(job)}.";

    private static IReadOnlyList<string> Spoken(string? note, string? frame = null) => note switch
    {
        null => [],
        _ when frame is not null => [frame.Replace("{0}", FirstPerson.Phrase(note), StringComparison.Ordinal)],
        _ => [FirstPerson.Sentence(note)],
    };

    private static IReadOnlyList<string> List(JsonElement part, string key, string frame)
    {
        var entries = part.Texts(key).Where(static entry => !entry.StartsWith("none", StringComparison.OrdinalIgnoreCase) && !FirstPerson.BeginsWithVerb(entry)).Select(FirstPerson.Phrase).ToList();
        return entries.Count == 0 ? [] : [frame.Replace("{0}", Joined(entries), StringComparison.Ordinal)];
    }

    private static IReadOnlyList<string> NoneOr(JsonElement part, string key, string frame, string none) =>
        part.At(key).ValueKind == JsonValueKind.Undefined ? [] : List(part, key, frame) is { Count: > 0 } some ? some : [none];

    private static string Joined(List<string> entries) =>
        entries.Count == 1 ? entries[0] : $"{string.Join(", ", entries.Take(entries.Count - 1))} and {entries[^1]}";
}
