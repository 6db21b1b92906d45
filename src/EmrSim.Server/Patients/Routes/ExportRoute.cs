using System.Net.Mime;
using EmrSim.Server.Http;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Routes;

internal static class ExportRoute
{
    public static IResult Answer(CatalogueShelf shelf, HttpContext context)
    {
        var query = context.Request.Query;
        string? personaId = query["persona_id"], scenarioId = query["scenario_id"];
        context.Response.Headers.Vary = "X-Teacher-Key, Authorization";
        if (string.IsNullOrWhiteSpace(personaId) || string.IsNullOrWhiteSpace(scenarioId)) return Plain("Missing persona_id or scenario_id", StatusCodes.Status400BadRequest);
        var isTeacher = TeacherGate.IsTeacher(context);
        var forFaculty = query["audience"] == "faculty";
        if (forFaculty && !isTeacher) return new ApiError(StatusCodes.Status403Forbidden, "teacher_only", "Send the teacher key as X-Teacher-Key or as a bearer token.");
        var catalogue = shelf.Current;
        if (!catalogue.Personas.TryGetValue(personaId, out var persona)) return Plain("Persona not found", StatusCodes.Status404NotFound);
        if (!catalogue.Scenarios.TryGetValue(scenarioId, out var scenario)) return Plain("Scenario not found", StatusCodes.Status404NotFound);
        return Results.Text(
            forFaculty ? FacultyKeyPage.Write(catalogue, persona, scenario) : CasePage.Write(catalogue, persona, scenario, isTeacher),
            "text/html; charset=utf-8");
    }

    private static IResult Plain(string text, int status) => Results.Text(text, MediaTypeNames.Text.Plain, System.Text.Encoding.UTF8, status);
}
