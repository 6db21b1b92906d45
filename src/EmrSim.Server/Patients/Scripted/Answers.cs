using System.Text.RegularExpressions;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Scripted;

/// <summary>Says what an item of the catalogue holds, in this persona's manner, and keeps to what was said before.</summary>
internal sealed partial class Answers(Question question, CaseFile file, Listener listener, Manner manner, Recollection recollection)
{
    public Part To(SubjectiveItem item, MediaAsset? asked)
    {
        var media = item.MediaId is { } id ? file.Scenario.Media.GetValueOrDefault(id) : asked;
        if (item.Lines.Count == 0) return new(Chance.One(["I am not sure about that, nothing comes to mind.", "I never paid attention to that, sorry.", "I could not tell you."], question.EncounterId, item.Id), [item.Id], media);
        var lines = item.Lines.Take(manner.Sentences).ToList();
        return recollection.WasSaid(lines[0])
            ? new($"{Chance.One(["As I said", "Like I said before", "As I told you"], question.EncounterId, item.Id)}: {string.Join(' ', lines)}", [item.Id], media, IsFact: true)
            : new(Opened(manner.Opener(item), string.Join(' ', lines)), [item.Id], media, IsFact: true);
    }

    /// <summary>"Tell me more": what of the last topic is still unsaid.</summary>
    public Part More(string clause)
    {
        if (recollection.LastTopic is not { } topic) return Part.Of("clarify:more", "More about what, exactly? I am not sure where to begin.");
        if (SpeechActsAboutElse().IsMatch(clause) && topic.Lines.All(recollection.WasSaid)) return new("No, I think that is all about that.", [topic.Id], IsFact: true);
        var unsaid = topic.Lines.Where(line => !recollection.WasSaid(line)).ToList();
        return unsaid.Count > 0
            ? new(string.Join(' ', unsaid.Take(Math.Max(2, manner.Sentences))), [topic.Id], IsFact: true)
            : new(Chance.Fresh(["That is really all I can tell you about that.", "There is no more to it, I think.", "I have told you everything I know about that."], question.EncounterId, $"more {recollection.UserTurns}", recollection.LastSaid), [topic.Id], IsFact: true);
    }

    /// <summary>"When?", "And at night?": too short to stand alone, so the topic before lends its words.</summary>
    public Part? FollowUp(string clause)
    {
        var words = clause.Split(' ');
        if (words.Length > 5 || recollection.LastTopic is not { } topic) return null;
        if (words[^1] is "when" && topic.Lines.FirstOrDefault(line => Times().IsMatch(line) && !recollection.WasSaid(line)) is { } time) return new(time, [topic.Id], IsFact: true);
        var asked = clause switch
        {
            "when" or "since when" or "and when" => "when did it start",
            "where" or "where exactly" or "and where" => "where does it hurt",
            "how bad" or "how much" or "and how bad" => "how would you rate your pain",
            "how long" or "and how long" or "for how long" => "how long have you had this",
            "why" or "why is that" => "what do you think is causing it",
            _ => Lead().Replace(clause, ""),
        };
        if (asked == clause) return null;
        var item = listener.Find(asked, 0.3) ?? (listener.Knows(asked) ? listener.Find($"{Words.Normalise(topic.Label)} {asked}", 0.3) : null);
        return item is null ? null : To(item, null);
    }

    /// <summary>What the patient believes to be wrong: never a diagnosis, always the own view.</summary>
    public Part Belief()
    {
        var item = file.Subjective.FirstOrDefault(static item => item.Id.Contains("belief", StringComparison.Ordinal) || item.Id.Contains("own_explanation", StringComparison.Ordinal));
        if (item is { Lines.Count: > 0 }) return To(item, null);
        return listener.Find("what do you believe your own view", 0.3) is { } own && own.Id == "persona:beliefs"
            ? new($"I am not the expert. {own.Lines[0]}", [own.Id], IsFact: true)
            : Part.Of("patient:belief", "I do not know, that is why I came. I can only tell you how it feels.");
    }

    private static string Opened(string opener, string text) =>
        opener.EndsWith(", ", StringComparison.Ordinal) && !text.StartsWith("I ", StringComparison.Ordinal) ? $"{opener}{char.ToLowerInvariant(text[0])}{text[1..]}" : opener + text;

    [GeneratedRegex(@"\b(week|weeks|day|days|month|months|year|years|ago|morning|evening|night|since|after|before|minutes|hours)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Times();

    [GeneratedRegex(@"^(and |so |but |what about |how about |and what about |and how about )+")]
    private static partial Regex Lead();

    [GeneratedRegex(@"\belse\b")]
    private static partial Regex SpeechActsAboutElse();
}
