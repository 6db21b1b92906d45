using System.Text;
using System.Text.RegularExpressions;

namespace EmrSim.Server.Patients.Scripted;

/// <summary>Reduces what was said to comparable words: one form for each word, one word for each idea.</summary>
internal static partial class Words
{
    private const int LongestHeard = 1200;
    private const int MostWords = 50;

    private static readonly (string Short, string Full)[] s_contractions =
    [
        ("can't", "cannot"), ("won't", "will not"), ("n't", " not"), ("'re", " are"), ("'ve", " have"), ("'ll", " will"), ("'d", " would"), ("'m", " am"),
        ("what's", "what is"), ("where's", "where is"), ("how's", "how is"), ("that's", "that is"), ("it's", "it is"), ("there's", "there is"), ("let's", "let us"), ("who's", "who is"), ("here's", "here is"),
        ("when's", "when is"), ("'s", ""), ("'", ""),
    ];

    private static readonly HashSet<string> s_empty = new(StringComparer.Ordinal)
    {
        "a", "an", "the", "of", "to", "in", "on", "at", "and", "or", "is", "are", "was", "were", "be", "been", "am", "do", "does", "did", "you", "your", "yours", "i", "me", "my", "it", "its", "this",
        "that", "these", "those", "there", "any", "some", "with", "for", "by", "from", "as", "if", "so", "just", "please", "can", "could", "would", "will", "shall", "may", "might", "have", "has", "had",
        "tell", "about", "let", "us", "we", "they", "he", "she", "him", "her", "also", "then", "ok", "okay", "well", "really", "very", "what", "how", "which", "into", "out", "up", "all", "like", "say", "bit",
        "describe", "experience", "notice", "currently", "particular", "more", "get", "go", "going", "kind", "else", "thing", "things", "anything", "something", "much", "feel", "now", "noticed", "us", "able", "don", "does", "been", "someone", "anyone", "lately", "generally", "sort", "yet", "far", "today", "ever", "recently", "than", "since", "remember", "way", "ways", "still", "bother", "bothers", "bothering", "should", "show", "question", "questions", "ask", "sorry", "down", "normal", "normally",
    };

    /// <summary>Lower case, apostrophes resolved, only letters, digits and single blanks; long text is cut.</summary>
    public static string Normalise(string text)
    {
        var lower = (text.Length > LongestHeard ? text[..LongestHeard] : text).ToLowerInvariant().Replace('’', '\'').Replace('‘', '\'').Replace("x ray", "xray", StringComparison.Ordinal).Replace("x-ray", "xray", StringComparison.Ordinal);
        foreach (var (shortForm, full) in s_contractions)
            if (lower.Contains(shortForm, StringComparison.Ordinal)) lower = lower.Replace(shortForm, full, StringComparison.Ordinal);
        var plain = new StringBuilder(lower.Length);
        foreach (var letter in lower)
        {
            if (char.IsLetterOrDigit(letter)) plain.Append(letter);
            else if (plain.Length > 0 && plain[^1] != ' ') plain.Append(' ');
        }

        return plain.ToString().Trim();
    }

    /// <summary>The ideas in a normalised text, in order; without the empty words.</summary>
    public static List<string> Ideas(string normalised)
    {
        var joined = Measures().Replace(Phrases.Resolve(normalised), "how_$1");
        var all = joined.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var ideas = new List<string>(Math.Min(all.Length, MostWords));
        foreach (var word in all)
        {
            if (ideas.Count == MostWords) break;
            if (s_empty.Contains(word)) continue;
            var idea = Concepts.Of(word) ?? Concepts.Of(Stem(word)) ?? Stem(word);
            if (!ideas.Contains(idea)) ideas.Add(idea);
        }

        return ideas;
    }

    public static string Stem(string word)
    {
        if (word.Length <= 3 || word.Contains('_', StringComparison.Ordinal)) return word;
        if (word.EndsWith("ies", StringComparison.Ordinal) && word.Length > 4) return word[..^3] + "y";
        if (word.EndsWith("sses", StringComparison.Ordinal)) word = word[..^2];
        else if (word[^1] == 's' && word[^2] is not ('s' or 'u' or 'i')) word = word[..^1];
        if (word.EndsWith("ing", StringComparison.Ordinal) && word.Length > 5) word = Undouble(word[..^3]);
        else if (word.EndsWith("ed", StringComparison.Ordinal) && word.Length > 4) word = Undouble(word[..^2]);
        else if (word.EndsWith("ly", StringComparison.Ordinal) && word.Length > 5) word = word[..^2];
        return word.Length > 3 && word[^1] == 'e' ? word[..^1] : word;
    }

    private static string Undouble(string word) =>
        word.Length > 3 && word[^1] == word[^2] && word[^1] is not ('l' or 's' or 'z') ? word[..^1] : word;

    [GeneratedRegex(@"\bhow (long|far|often|bad|severe|intense|old|many|tall|heavy|strong)\b")]
    private static partial Regex Measures();
}
