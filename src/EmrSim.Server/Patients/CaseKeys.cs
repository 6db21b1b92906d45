using System.Text.Json;
using EmrSim.Contracts;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients;

/// <summary>The teacher's keys to the cases: what is behind them and what is wrong with their files.</summary>
public sealed class CaseKeys
{
    private readonly CatalogueShelf _shelf;

    internal CaseKeys(CatalogueShelf shelf) => _shelf = shelf;

    public CaseList List()
    {
        var catalogue = _shelf.Current;
        return new(
            [
                .. catalogue.Scenarios.Values.OrderBy(static scenario => scenario.Id, StringComparer.Ordinal).Select(scenario => new ListedCase(
                    scenario.Id,
                    scenario.Title,
                    scenario.Raw.Text("region") ?? "",
                    scenario.Raw.Text("difficulty"),
                    scenario.Raw.At("checklist").Items("items").Count(),
                    ProblemsOf(catalogue, scenario.Id).Count)),
            ],
            [.. catalogue.Problems.Select(Told)]);
    }

    public FacultyCase? Find(string scenarioId)
    {
        var catalogue = _shelf.Current;
        if (!catalogue.Scenarios.TryGetValue(scenarioId, out var scenario)) return null;
        var file = catalogue.CaseOf(scenario);
        var raw = scenario.Raw;
        var assessment = raw.At("soap", "assessment");
        return new(
            scenario.Id,
            scenario.Title,
            [.. new[] { raw.Text("presenting_problem", "primary_dx") }.OfType<string>().Concat(assessment.Texts("working_diagnoses"))],
            [.. assessment.Texts("differential_diagnoses").Concat(assessment.Texts("differential_diagnoses_considered"))],
            [.. file.Subjective.Select(static item => new KeyPoint(item.Label, string.Join(' ', item.Lines)))],
            [.. file.Objective.Select(static item => new KeyPoint(item.Label, item.Lines.Count > 0 ? string.Join(' ', item.Lines) : "Negative"))],
            [.. raw.At("pedagogy").Items("learning_objectives").Select(static objective => objective.Text("text") ?? objective.AsText()).OfType<string>()],
            [.. raw.At("checklist").Items("items").Select(static item => new ChecklistPoint(item.Text("id") ?? "", item.Text("text") ?? "", item.Text("phase"), item.Text("domain"), item.Flag("critical")))],
            raw.At("scenario_context").Texts("instructor_notes"),
            [.. Sources(raw.At("provenance"))],
            ProblemsOf(catalogue, scenario.Id));
    }

    private static IEnumerable<string> Sources(JsonElement provenance)
    {
        foreach (var guideline in provenance.Items("guidelines"))
        {
            if (guideline.AsText() is { } plain) yield return plain;
            else yield return string.Join(", ", new[] { guideline.Text("name"), guideline.Text("organisation"), guideline.At("year").Scalar() }.OfType<string>());
        }

        foreach (var name in (string[])["sources", "references"])
        {
            foreach (var source in provenance.Texts(name)) yield return source;
        }

        if (provenance.Text("review_status") is { } status) yield return $"Review: {status}";
    }

    private static List<ContentFinding> ProblemsOf(Catalogue catalogue, string scenarioId) =>
        [.. catalogue.Problems.Where(problem => problem.File.Contains(scenarioId, StringComparison.Ordinal)).Select(Told)];

    private static ContentFinding Told(ContentProblem problem) =>
        new(problem.Severity == ProblemSeverity.Error ? "error" : "warning", problem.Code, $"{problem.File} {problem.JsonPath}", problem.Message);
}
