using System.Text.RegularExpressions;

namespace EmrSim.Server.Patients.Scripted;

/// <summary>Lets a patient say what an author noted about them: "lives with his wife" is "I live with my wife".</summary>
internal static partial class FirstPerson
{
    private static readonly HashSet<string> s_verbs = new(StringComparer.OrdinalIgnoreCase)
    {
        "lives", "has", "is", "was", "keeps", "compares", "wants", "does", "drinks", "prays", "needs", "trains", "plays", "works", "sits", "stands", "stopped", "never", "cannot", "stumbled", "looks", "carries",
        "pushes", "reads", "sends", "expects", "shares", "cares", "fears", "worries", "thinks", "believes", "feels", "hopes", "lost", "smokes", "takes", "uses", "would", "will", "rents", "tries", "saves", "moved",
    };

    public static string Sentence(string note)
    {
        var text = note.Trim().TrimEnd('.');
        if (text.Length == 0) return text;
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        var first = space < 0 ? text : text[..space];
        if (s_verbs.Contains(first)) text = $"I {char.ToLowerInvariant(text[0])}{text[1..]}";
        return Capital(Converted(text)) + (text[^1] is '!' or '?' ? "" : ".");
    }

    public static bool BeginsWithVerb(string note) => s_verbs.Contains(note.Split(' ', 2)[0]);

    public static string Phrase(string note) => Converted(note.Trim().TrimEnd('.'));

    public static string Capital(string text) => text.Length == 0 ? text : $"{char.ToUpperInvariant(text[0])}{text[1..]}";

    private static string Converted(string text)
    {
        // Then "he" is somebody else.
        if (OwnWords().IsMatch(text)) return text;
        var said = Subject().Replace(text, "I");
        said = ObjectHer().Replace(said, "me");
        said = Possessive().Replace(said, "my");
        said = Object().Replace(said, "me");
        said = Reflexive().Replace(said, "myself");
        return Verb().Replace(said, static match => $"I {match.Groups[1].Value}{Plain(match.Groups[2].Value)}");
    }

    private static string Plain(string verb) => verb switch
    {
        "is" => "am",
        "has" => "have",
        "does" => "do",
        "was" => "was",
        _ when verb.EndsWith("ies", StringComparison.Ordinal) => verb[..^3] + "y",
        _ when verb.EndsWith("shes", StringComparison.Ordinal) || verb.EndsWith("ches", StringComparison.Ordinal) || verb.EndsWith("sses", StringComparison.Ordinal) || verb.EndsWith("oes", StringComparison.Ordinal) => verb[..^2],
        _ when verb.EndsWith('s') && !verb.EndsWith("ss", StringComparison.Ordinal) => verb[..^1],
        _ => verb,
    };

    [GeneratedRegex(@"\b(I|[Mm]y|[Mm]e|[Mm]yself|[Ww]e|[Oo]ur)\b")]
    private static partial Regex OwnWords();

    [GeneratedRegex(@"\b(he|she)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Subject();

    [GeneratedRegex(@"\bher(?=\s+(to|that|in|on|at|and|about|with|for|when)\b|$)", RegexOptions.IgnoreCase)]
    private static partial Regex ObjectHer();

    [GeneratedRegex(@"\b(his|her)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Possessive();

    [GeneratedRegex(@"\bhim\b", RegexOptions.IgnoreCase)]
    private static partial Regex Object();

    [GeneratedRegex(@"\b(himself|herself)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Reflexive();

    [GeneratedRegex(@"\bI ((?:also |often |always |only |mostly |still |never )?)([a-z]+s)\b")]
    private static partial Regex Verb();
}
