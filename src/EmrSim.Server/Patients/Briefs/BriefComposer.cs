using EmrSim.Contracts;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Briefs;

/// <summary>
/// Puts the instructions of a model patient together, layer by layer. A line that names the diagnosis never gets in,
/// whoever wrote it and wherever: the model cannot give away what it was not told.
/// </summary>
internal static class BriefComposer
{
    public static Brief Compose(Catalogue catalogue, BriefRequest request)
    {
        var (persona, scenario) = catalogue.Need(request.PersonaId, request.ScenarioId);
        var file = catalogue.CaseOf(scenario);
        var role = RoleDirectives.For(scenario, request.RoleId);
        var gate = RoleDirectives.Overridden(request.Gate, role);
        var outstanding = OutstandingGate.Of(gate);
        var facts = FactRetrieval.Retrieve(file, request);
        var language = ReplyLanguage.Code(request.ReplyLanguage) ?? ReplyLanguage.Code(role?.ReplyLanguage);
        List<IEnumerable<string>> layers =
        [
            [Baseline.Text],
            Withheld(file, PersonaLayer.Lines(persona)),
            Withheld(file, CaseLayer.Lines(scenario)),
            Withheld(file, CaseLayer.SubjectiveScripts(file)),
            Withheld(file, CaseLayer.ExaminationScripts(file, request.Phase)),
            Withheld(file, RoleDirectives.Lines(request.RoleId, role)),
            facts.Count == 0 ? [] : facts.Select(static chunk => $"- {chunk.Text}").Prepend(request.ForFaculty ? "Facts for faculty:" : "Facts you may rely on:"),
            MediaGuidance.Lines(file, request.Phase),
            OutstandingGate.Lines(outstanding),
            PhaseGuidance.Lines(request.Phase),
            language is null or "en" ? [] : [$"Reply in {ReplyLanguage.EnglishName(language)}."],
        ];
        var text = string.Join("\n\n", layers.Select(static layer => string.Join('\n', layer)).Where(static layer => layer.Length > 0));
        return new(text, request.Phase, outstanding, request.RoleId, RoleDirectives.Available(scenario), [.. facts.Select(static chunk => chunk.Id)], PersonaVoices.Usable(role?.VoiceId) ?? persona.VoiceId, language);
    }

    private static IEnumerable<string> Withheld(CaseFile file, IEnumerable<string> lines) => lines.Where(line => !file.Diagnosis.AreIn(line));
}
