using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Scripted;

internal sealed record Heard(Act Act, string Clause, SubjectiveItem? Asked = null, ObjectiveItem? Examined = null, MediaAsset? Shown = null);

/// <summary>Understands a student within one case and one persona.</summary>
internal sealed class Listener
{
    private const double Understood = 0.40;
    private const double ExaminationUnderstood = 0.45;
    private const double Clear = 0.60;
    private const double Certain = 0.80;
    private const double PersonaPart = 0.88;
    private const double BankPart = 0.80;
    private const double DerivedPart = 0.85;
    private const double OtherBodyPart = 0.6;
    private readonly IReadOnlyList<SubjectiveItem> _asked;
    private readonly PhraseIndex _caseIndex;
    private readonly IReadOnlyList<SubjectiveItem> _persona;
    private readonly PhraseIndex _personaIndex;
    private readonly IReadOnlyList<SubjectiveItem> _bank;
    private readonly PhraseIndex _bankIndex;
    private readonly PhraseIndex _consentIndex;
    private readonly IReadOnlyList<ObjectiveItem> _examined;
    private readonly PhraseIndex _examinationIndex;
    private readonly IReadOnlyList<IReadOnlySet<string>> _examinedParts;
    private readonly IReadOnlyList<(MediaAsset Asset, IReadOnlyList<string> Triggers)> _media;

    public Listener(CaseFile file, Persona persona)
    {
        _asked = file.Subjective;
        _caseIndex = new(_asked.Select(static item => item.Patterns.Append(Title(item.Label))));
        _persona = PersonaFacts.Of(persona);
        _personaIndex = new(_persona.Select(static item => item.Patterns));
        _bank = [.. file.Bank.Where(static item => item.Lines.Count > 0)];
        _bankIndex = new(_bank.Select(static item => item.Patterns));
        _consentIndex = new([.. _asked.Where(IsAboutConsent).Select(static item => item.Patterns.Append(Title(item.Label))), .. _persona.Concat(_bank).Where(IsAboutConsent).Select(static item => item.Patterns)]);
        _examined = file.Objective;
        _examinationIndex = new(_examined.Select(static item => item.Patterns.Append(item.Label)), unknownWeight: 1.0);
        _examinedParts = [.. _examined.Select(static item => BodyParts.In(Words.Normalise(string.Join(' ', item.Patterns.Append(item.Label)))))];
        _media = [.. file.Scenario.Raw.Items("media_library").Select(asset => (file.Scenario.Media[asset.Text("id")!], (IReadOnlyList<string>)[.. asset.Texts("trigger_patterns").Select(Words.Normalise)]))];
    }

    public IReadOnlyList<Heard> Hear(string text, bool isExamining = false) => Hear(text, isExamining, onlyGates: false);

    /// <summary>Of what <see cref="Hear(string, bool)"/> hears, what may open a gate; every word that is spoken is heard so, which must not cost the speaker much.</summary>
    public IReadOnlyList<Heard> HearGates(string text, bool isExamining = false) => [.. Hear(text, isExamining, onlyGates: true).Where(static one => one.Act is Act.Greeting or Act.Introduction or Act.Consent or Act.Identity)];

    private List<Heard> Hear(string text, bool isExamining, bool onlyGates)
    {
        if (SpeechActs.IsRoleBreak(Words.Normalise(text))) return [new(Act.RoleBreak, "")];
        var heard = new List<Heard>();
        foreach (var clause in Clauses.Of(text)) heard.AddRange(HearClause(clause, isExamining, onlyGates));
        return heard;
    }

    /// <summary>The best item for a question that is asked in other words than the student's, when it fits at all.</summary>
    public bool Knows(string normalised) => _caseIndex.Rank(new(normalised)).Count > 0;

    public SubjectiveItem? Find(string normalised, double least = Understood) => Best(new(normalised)) is { Item: { } item, Score: var score } && score >= least ? item : null;

    private List<Heard> HearClause(string clause, bool isExamining, bool onlyGates)
    {
        var heard = new List<Heard>();
        var said = new Said(clause);
        if (SpeechActs.IsGreeting(clause)) heard.Add(new(Act.Greeting, clause));
        if (SpeechActs.IsIntroduction(clause)) heard.Add(new(Act.Introduction, clause));
        if (SpeechActs.IsIdentity(clause)) return [.. heard, new(Act.Identity, clause)];
        if (SpeechActs.IsSmallTalk(clause)) return [.. heard, new(Act.SmallTalk, clause)];
        if (SpeechActs.IsAnyQuestions(clause)) return [.. heard, new(Act.AnyQuestions, clause)];
        if (SpeechActs.IsReportRequest(clause) && BestExamination(said).Score < Certain) return heard;
        if (SpeechActs.IsMore(clause)) return [new(Act.More, clause)];
        if (SpeechActs.IsAcknowledgement(clause)) return [.. heard, new(Act.Acknowledgement, clause)];
        if (SpeechActs.IsSummary(clause) && !SpeechActs.IsQuestion(clause)) return [.. heard, new(Act.Summary, clause)];
        var isConsent = SpeechActs.IsConsent(clause);
        if (isConsent) heard.Add(new(Act.Consent, clause));
        if (SpeechActs.IsEmpathy(clause)) heard.Add(new(Act.Empathy, clause));
        if (SpeechActs.IsThanks(clause)) heard.Add(new(Act.Thanks, clause));
        if (SpeechActs.IsClosing(clause)) heard.Add(new(Act.Closing, clause));
        if (SpeechActs.IsTeachBack(clause)) return [.. heard, new(Act.TeachBack, clause)];
        // Only what shares an idea with an item about consent can be taken for it.
        var topics = onlyGates && _consentIndex.Rank(said).Count == 0 ? [] : Topics(said, isConsent, isExamining);
        if (topics is [{ Asked: { } agreed }] && IsAboutConsent(agreed)) return [.. heard.Where(static one => one.Act != Act.Consent), new(Act.Consent, clause, agreed)];
        if (topics.Count > 0) return heard.Count > 0 && !isConsent && !SpeechActs.IsQuestion(clause) && topics[0].Act == Act.Asked ? heard : [.. heard, .. topics];
        if (heard.Count > 0) return heard;
        if (SpeechActs.IsAdvice(clause)) return [new(Act.Advice, clause)];
        return [new(Act.Unclear, clause)];
    }

    private List<Heard> Topics(Said said, bool isConsent, bool isExamining)
    {
        var clause = said.Text;
        var shown = Triggered(clause);
        var (item, score) = Best(said);
        var isCommand = SpeechActs.IsExamination(clause);
        var isQuestion = !isCommand && SpeechActs.IsQuestion(clause);
        var (examination, examinationFit) = BestExamination(said);
        var asksForBelief = SpeechActs.IsDiagnosisGuess(clause);
        if (asksForBelief && score < Certain) return [new(Act.DiagnosisGuess, clause)];
        if (isConsent && score >= Certain && IsAboutConsent(item!)) return [new(Act.Asked, clause, item)];
        if (score < Certain && !isCommand && SpeechActs.IsFishing(clause)) return [new(Act.Fishing, clause)];
        if (score < Certain && examinationFit < Clear && !isQuestion && SpeechActs.IsExplanation(clause)) return [new(Act.Explanation, clause)];
        var examinationScore = examinationFit * (isCommand, isQuestion, isExamining) switch
        {
            (true, _, true) => 1.3,
            (true, _, false) => 1.0,
            (_, true, _) => 0.75,
            (_, _, true) => 1.0,
            _ => 0.85,
        };
        var askedScore = isCommand && (isExamining || score < Certain) ? score * 0.8 : score;
        if (examination is not null && examinationFit >= (isConsent ? Clear : ExaminationUnderstood) && examinationScore > askedScore)
        {
            if (!isQuestion || examinationFit >= Certain) return [new(Act.Examined, clause, Examined: examination)];
            if (isExamining) return [new(Act.Fishing, clause)];
        }

        if (item is not null && score >= (isCommand && !isQuestion ? Clear : Understood) && !(isConsent && score < Certain))
        {
            if (!isCommand && Parts(clause) is { Count: > 1 } parts && parts.Exists(part => part.Asked!.Id == item.Id)) return parts;
            if (PersonaFacts.IsOwnFirst(item.Id) && Top(_caseIndex, _asked, said) is { Item: { } told, Score: >= Certain }) return [new(Act.Asked, clause, item), new(Act.Asked, clause, told, Shown: shown)];
            return [new(Act.Asked, clause, item, Shown: shown)];
        }

        if (isConsent && CaseFile.IsImpact(clause)) return [new(Act.Examined, clause)];
        if (shown is not null) return [new(Act.Show, clause, Shown: shown)];
        if (isCommand && !isConsent && !SpeechActs.IsExplanation(clause)) return [new(Act.Examined, clause)];
        return [];
    }

    /// <summary>"Fever, chills or weight loss" asks for more than one thing.</summary>
    private List<Heard> Parts(string clause)
    {
        var parts = new List<Heard>();
        foreach (var part in Phrases.Resolve(clause).Split(" or ", StringSplitOptions.RemoveEmptyEntries))
            if (Best(new(part)) is { Item: { } item, Score: >= Certain } && !parts.Exists(known => known.Asked!.Id == item.Id)) parts.Add(new(Act.Asked, part, item));
        return parts;
    }

    private (SubjectiveItem? Item, double Score) Best(Said said)
    {
        var best = Top(_caseIndex, _asked, said);
        var persona = Top(_personaIndex, _persona, said);
        if (persona.Item is { } self && PersonaFacts.IsOwnFirst(self.Id) && persona.Score >= Certain && persona.Score >= best.Score) return persona;
        persona.Score *= PersonaPart;
        if (persona.Item is { } fact && persona.Score > best.Score && (best.Score < Understood || PersonaFacts.IsPersonal(fact.Id))) best = persona;
        if (best.Score >= Understood) return best;
        var banked = Top(_bankIndex, _bank, said);
        banked.Score *= BankPart;
        return banked.Score > best.Score && banked.Score >= Clear * BankPart ? banked : best;
    }

    private static (SubjectiveItem? Item, double Score) Top(PhraseIndex index, IReadOnlyList<SubjectiveItem> items, Said said) =>
        index.Rank(said) is [var top, ..] ? (items[top.Item], top.Score) : (null, 0);

    private (ObjectiveItem? Item, double Score) BestExamination(Said said)
    {
        (ObjectiveItem? Item, double Score) best = (null, 0);
        foreach (var match in _examinationIndex.Rank(said).Take(4))
        {
            var item = _examined[match.Item];
            var score = match.Score * (item.Patterns.Count == 0 ? DerivedPart : 1) * (BodyParts.Differ(said.Text, _examinedParts[match.Item]) ? OtherBodyPart : 1);
            if (score > best.Score) best = (item, score);
        }

        return best;
    }

    private MediaAsset? Triggered(string clause) =>
        _media.FirstOrDefault(entry => entry.Triggers.Any(trigger => trigger.Length > 0 && $" {clause} ".Contains($" {trigger} ", StringComparison.Ordinal))).Asset;

    private static bool IsAboutConsent(SubjectiveItem item) => item.Id.Contains("consent", StringComparison.Ordinal);

    private static string Title(string label) => label.Contains(':', StringComparison.Ordinal) ? label[(label.IndexOf(':', StringComparison.Ordinal) + 1)..] : label;
}
