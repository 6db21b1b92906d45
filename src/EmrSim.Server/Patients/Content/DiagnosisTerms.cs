using System.Text.Json;
using System.Text.RegularExpressions;

namespace EmrSim.Server.Patients.Content;

/// <summary>
/// The words that would give a case away: its diagnosis, the differentials and what only the teacher's part of the kit names.
/// A word that the patient says in the script is known to the patient and gives nothing away.
/// </summary>
internal sealed partial class DiagnosisTerms
{
    private const int ShortestWord = 5;
    private static readonly HashSet<string> s_ordinary = new(StringComparer.Ordinal)
    {
        "knee", "lumbar", "shoulder", "spine", "ankle", "elbow", "wrist", "thigh", "lower", "upper", "right", "left", "pains", "acute", "subacute", "chronic", "stable", "motor", "sensory",
        "deficit", "sided", "suspected", "probable", "probably", "likely", "possible", "grade", "early", "moderate", "severe", "without", "anterior", "posterior", "medial", "lateral", "related",
        "primary", "secondary", "specific", "entry", "level", "leading", "symptoms", "referred", "first", "after", "months", "weeks", "dominant", "persistent", "recent", "phase", "activity",
        "joint", "problem", "working", "diagnosis", "other", "signs", "these", "their", "cause", "mechanical", "muscle", "region", "healing", "stage", "limited", "movement", "reduced", "under",
    };

    private readonly Regex? _any;

    private DiagnosisTerms(IReadOnlyCollection<string> terms)
    {
        All = terms;
        _any = terms.Count == 0 ? null : new Regex($@"\b(?:{string.Join('|', terms.OrderByDescending(static term => term.Length).Select(Regex.Escape))})(?:s|es)?\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
    }

    public IReadOnlyCollection<string> All { get; }

    public bool AreIn(string text) => _any is not null && _any.IsMatch(Plain(text));

    public static DiagnosisTerms Of(JsonElement scenario, Kit? kit)
    {
        var assessment = scenario.At("soap", "assessment");
        var problem = scenario.At("presenting_problem");
        List<string> primary = [.. new[] { problem.Text("primary_dx"), assessment.Text("primary_dx") }.OfType<string>(), .. assessment.Texts("working_diagnoses")];
        string[] others = [.. problem.Texts("differentials"), .. assessment.Texts("differential_diagnoses"), .. assessment.Texts("differential_diagnoses_considered"), .. assessment.Texts("differentials")];
        var terms = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in primary)
        {
            terms.Add(Lead(name));
            terms.UnionWith(Words(name).Where(static word => word.Length >= ShortestWord && !s_ordinary.Contains(word)));
        }

        foreach (var name in others)
        {
            terms.Add(Lead(name));
            terms.UnionWith(Words(Lead(name)).Where(static word => Clinical().IsMatch(word)));
        }

        foreach (var chunk in kit?.Chunks.Where(static chunk => chunk.IsGroundTruth) ?? [])
            terms.UnionWith(Words(chunk.Text).Where(static word => Clinical().IsMatch(word)));
        var said = Plain(string.Join(' ', scenario.Items("subjective_catalog").SelectMany(static item => item.At("patient_response_script").Texts("qualitative").Concat(item.Texts("patterns")).Append(item.Text("label") ?? ""))));
        var known = Words(said).ToHashSet(StringComparer.Ordinal);
        terms.RemoveWhere(term => term.Length < ShortestWord || s_ordinary.Contains(term) || known.Contains(term) || known.Contains($"{term}s") || (term.Contains(' ', StringComparison.Ordinal) && said.Contains(term, StringComparison.Ordinal)));
        return new(terms);
    }

    /// <summary>The name itself, without what is said about it: "hip pain: unlikely, because …" is "hip pain".</summary>
    private static string Lead(string name) => Plain(name.Split([':', ',', ';', '(', '—', '–'], 2)[0]);

    private static string Plain(string text) => Blanks().Replace(text.ToLowerInvariant().Replace('_', ' ').Replace('-', ' '), " ").Trim();

    private static IEnumerable<string> Words(string text) => Word().Matches(Plain(text)).Select(static match => match.Value);

    [GeneratedRegex(@"[\p{L}\p{Nd}]+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"(opathy|opathies|pathic|itis|osis|algia|oma|malacia|listhesis|rupture|ruptured|sprain|strain|herniation|herniated|stenosis|syndrome|impingement|dislocation|tendin\w*|radicul\w*|arthr\w*|menisc\w*|ligament\w*|bursa\w*|capsul\w*)$")]
    private static partial Regex Clinical();
}
