using System.Text.RegularExpressions;

namespace EmrSim.Server.Patients.Scripted;

/// <summary>Cuts what was said into the questions and remarks in it.</summary>
internal static partial class Clauses
{
    private const int Longest = 1200;
    private const int Most = 8;

    public static IReadOnlyList<string> Of(string text)
    {
        var heard = text.Length > Longest ? text[..Longest] : text;
        var clauses = new List<string>();
        foreach (var piece in Breaks().Split(heard))
        {
            var clause = Words.Normalise(Enumeration().IsMatch(piece) ? Comma().Replace(piece, " or ") : piece);
            if (clause.Length == 0) continue;
            clauses.Add(clause);
            if (clauses.Count == Most) break;
        }

        return clauses;
    }

    [GeneratedRegex(@",[^,]{1,40}(,[^,]{1,40})*,?\s+or\s", RegexOptions.IgnoreCase)]
    private static partial Regex Enumeration();

    [GeneratedRegex(@",\s*(or\s+)?", RegexOptions.IgnoreCase)]
    private static partial Regex Comma();

    [GeneratedRegex(@"[.?!;\r\n]+|(?:(?<!(?:^|[.?!;])\s*(?:so |and |but |okay |ok )?(?:on|at|in|during|after|before|when(?! (?:did|do|does|is|was|were|are|have|has|will|would|can|could)\b)|if|with|from) [^,.?!;]{1,40}),\s*(?:and\s+)?|\s+and\s+(?:also\s+)?|\s+also\s+)(?=(?:do|does|did|have|has|are|is|was|were|what|what's|when|where|where's|how|how's|why|who|can|could|would|any|i will|i'll|i would|i'd|i am|i'm|my name|tell me|let me|please|may i)\b)|,\s*(?=but\b|so\b)", RegexOptions.IgnoreCase)]
    private static partial Regex Breaks();
}
