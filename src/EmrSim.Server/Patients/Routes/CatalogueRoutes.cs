using System.Text.Json.Nodes;
using EmrSim.Contracts;
using EmrSim.Server.Http;
using EmrSim.Server.Patients.Briefs;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Routes;

internal static class CatalogueRoutes
{
    private static readonly string[] s_endpoints =
        ["/api/sps/instructions", "/api/sps/personas", "/api/sps/personas/{id}", "/api/sps/scenarios", "/api/sps/scenarios/{id}", "/api/sps/catalogs/*", "/api/sps/export"];

    public static void MapCatalogue(this IEndpointRouteBuilder app)
    {
        var sps = app.MapGroup("/api/sps").WithTags("Catalogue");
        sps.MapGet("/instructions", static () => Answer.Json(new JsonObject { ["instructions"] = Baseline.Text }));
        sps.MapGet("/debug", Debug);
        sps.MapGet("/personas", Personas).Produces<PersonaList>();
        sps.MapGet("/personas/{id}", PersonaDetail);
        sps.MapGet("/scenarios", Scenarios).Produces<ScenarioList>();
        sps.MapGet("/scenarios/{id}", ScenarioDetail);
        foreach (var address in LibraryFiles.Addresses) sps.MapGet($"/catalogs/{address}", (CatalogueShelf shelf) => Library(shelf, address));
        sps.MapGet("/export", ExportRoute.Answer);
        app.MapGet("/api/sessions/sps/personas/{id}", SessionPersona).WithTags("Sessions");
    }

    private static IResult Debug(CatalogueShelf shelf)
    {
        var catalogue = shelf.Current;
        return Answer.Json(new JsonObject
        {
            ["ok"] = true,
            ["storage"] = "files",
            ["counts"] = new JsonObject
            {
                ["registry"] = new JsonObject { ["scenarios"] = catalogue.Scenarios.Count, ["personas"] = catalogue.Personas.Count },
                ["db"] = new JsonObject { ["scenarios"] = 0 },
                ["merged"] = new JsonObject { ["scenarios"] = catalogue.Scenarios.Count },
            },
            ["endpoints"] = new JsonArray([.. s_endpoints]),
            ["notes"] = new JsonArray($"{catalogue.Problems.Count} content problems; run emrsim content validate to see them"),
        });
    }

    private static IResult Personas(CatalogueShelf shelf) => Answer.Json(new PersonaList(
    [
        .. shelf.Current.Personas.Values.OrderBy(static persona => persona.Id, StringComparer.Ordinal).Select(static persona => new PersonaSummary(
            persona.Id,
            persona.DisplayName,
            persona.Raw.Text("headline"),
            persona.Raw.At("demographics").Whole("age"),
            persona.Raw.Text("demographics", "sex"),
            persona.VoiceId,
            persona.Raw.Texts("tags") is { Count: > 0 } tags ? tags : null)),
    ]));

    private static IResult Scenarios(CatalogueShelf shelf, HttpContext context)
    {
        var catalogue = shelf.Current;
        var isTeacher = IsForTeacher(context);
        context.Response.Headers.Vary = "X-Teacher-Key, Authorization";
        return Answer.Json(new ScenarioList([.. catalogue.Scenarios.Values.OrderBy(static scenario => scenario.Id, StringComparer.Ordinal).Select(scenario => Summary(catalogue, scenario, isTeacher) with { Practises = IsForStudent(context) ? Practised(scenario) : null })]));
    }

    private static ScenarioSummary Summary(Catalogue catalogue, Scenario scenario, bool isTeacher)
    {
        var raw = scenario.Raw;
        var linked = catalogue.LinkedPersona(scenario);
        return new(
            scenario.Id,
            raw.Text("student_case_id")!,
            isTeacher ? scenario.Title : StudentView.Title(catalogue.CaseOf(scenario)),
            raw.Text("region")!,
            raw.Text("difficulty"),
            raw.Text("setting"),
            isTeacher ? raw.Texts("tags") : StudentView.Tags(catalogue.CaseOf(scenario)),
            linked?.Id,
            linked?.DisplayName,
            linked?.Raw.Text("headline"),
            [.. catalogue.SuggestedPersonas(scenario.Id)],
            raw.At("guardrails") is { ValueKind: System.Text.Json.JsonValueKind.Object } guardrails ? guardrails : null);
    }

    private static IResult PersonaDetail(string id, CatalogueShelf shelf, HttpContext context) =>
        shelf.Current.Personas.TryGetValue(id, out var persona)
            ? ContentVersion.IsKnown(context, id, persona.Raw) ?? Wrapped("persona", View(persona, context))
            : ApiError.NotFound("persona_not_found", "GET /api/sps/personas lists the personas.");

    private static IResult SessionPersona(string id, CatalogueShelf shelf, HttpContext context) =>
        shelf.Current.Personas.TryGetValue(id, out var persona)
            ? Wrapped("persona", View(persona, context))
            : ApiError.NotFound("persona_not_found", "GET /api/sps/personas lists the personas.");

    private static IResult ScenarioDetail(string id, CatalogueShelf shelf, HttpContext context)
    {
        var catalogue = shelf.Current;
        if (!catalogue.Scenarios.TryGetValue(id, out var scenario)) return ApiError.NotFound("not_found", "GET /api/sps/scenarios lists the scenarios.");
        return ContentVersion.IsKnown(context, id, scenario.Raw)
            ?? Wrapped("scenario", IsForTeacher(context) ? scenario.Raw.ToNode() : StudentView.Of(catalogue.CaseOf(scenario)));
    }

    private static JsonNode? View(Persona persona, HttpContext context) => IsForTeacher(context) ? persona.Raw.ToNode() : StudentView.Of(persona);

    private static IResult Wrapped(string name, JsonNode? node) => Results.Text(new JsonObject { [name] = node }.ToJsonString(), "application/json", System.Text.Encoding.UTF8);

    // Whoever sits at a laptop without a teacher key is its teacher, and still meets the patient as a student does.
    private static bool IsForTeacher(HttpContext context) => !IsForStudent(context) && TeacherGate.IsTeacher(context);

    private static bool IsForStudent(HttpContext context) => context.Request.Query["audience"] == "student";

    private static List<string> Practised(Scenario scenario) =>
        [.. scenario.Raw.At("pedagogy").Items("learning_objectives").SelectMany(static objective => objective.Texts("assessment_focus")).Distinct(StringComparer.Ordinal)];

    private static IResult Library(CatalogueShelf shelf, string address) =>
        shelf.Current.Libraries.TryGetValue(address, out var library)
            ? Results.Text(library.GetRawText(), "application/json", System.Text.Encoding.UTF8)
            : new ApiError(StatusCodes.Status500InternalServerError, "failed_to_load_catalog", $"The library {address} is missing from the content or is not valid; emrsim content validate says why.");
}
