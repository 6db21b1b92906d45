using System.Text.Json;
using System.Text.Json.Nodes;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Routes;

/// <summary>The case on paper. For students the same page, from the student's view of it.</summary>
internal static class CasePage
{
    private static readonly string[] s_snapshot = ["scenario_id", "student_case_id", "region", "difficulty", "setting", "tags", "status", "persona_snapshot"];

    public static string Write(Catalogue catalogue, Persona persona, Scenario scenario, bool isTeacher)
    {
        var file = catalogue.CaseOf(scenario);
        var person = isTeacher ? persona.Raw : StudentView.Of(persona).ToElement();
        var view = isTeacher ? scenario.Raw : StudentView.Of(file).ToElement();
        var questions = isTeacher ? catalogue.SpecialQuestionsOf(scenario).ToList() : [];
        var challenges = isTeacher ? catalogue.ChallengesOf(scenario).ToList() : [];
        var examinations = view.Items("objective_catalog").ToList();
        var instructions = view.At("instructions");
        return new HtmlPage(view.Text("title") ?? scenario.Id)
            .Section("Persona", person)
            .Section("Scenario", Only(view, s_snapshot))
            .Section("Snapshot", view.At("persona_snapshot"))
            .Section("Pedagogy", view.At("pedagogy"))
            .Section("Presenting Problem", view.At("presenting_problem"))
            .Section("ICF", view.At("icf"))
            .Section("Context", view.At("scenario_context"))
            .Section("Symptom Fluctuation", view.At("symptom_fluctuation"))
            .Section("Guardrails", view.At("guardrails"))
            .Section("SP Instructions", Without(instructions, "gold_standard"))
            .Section("Subjective Catalog", view.At("subjective_catalog"))
            .Section($"Objective Catalog ({examinations.Count})", view.At("objective_catalog"))
            .Section($"Special Questions ({catalogue.SpecialQuestionsOf(scenario).Count()})", List(questions))
            .Section($"Screening Challenges ({catalogue.ChallengesOf(scenario).Count()})", List(challenges))
            .Section("Gold-Standard Instructions", instructions.At("gold_standard"))
            .Section("Provenance", view.At("provenance"))
            .Section("SOAP Payload", view.At("soap"))
            .Finish();
    }

    private static JsonElement Only(JsonElement element, string[] names) =>
        Chosen(element, field => names.Contains(field, StringComparer.Ordinal));

    private static JsonElement Without(JsonElement element, string name) =>
        Chosen(element, field => field != name);

    private static JsonElement Chosen(JsonElement element, Predicate<string> isChosen) =>
        new JsonObject(element.Fields().Where(field => isChosen(field.Name)).Select(static field => KeyValuePair.Create(field.Name, field.Value.ToNode()))).ToElement();

    private static JsonElement List(IEnumerable<JsonElement> elements) => new JsonArray([.. elements.Select(static element => element.ToNode())]).ToElement();
}
