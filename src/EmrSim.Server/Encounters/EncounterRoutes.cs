using System.Text.Json;
using System.Text.Json.Nodes;
using EmrSim.Contracts;
using EmrSim.Server.Http;
using EmrSim.Server.Limits;
using EmrSim.Server.Patients;
using EmrSim.Server.Settings;
using EmrSim.Server.Transcripts;

namespace EmrSim.Server.Encounters;

internal static class EncounterRoutes
{
    private const int LongestName = 64;
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(15);

    public static void MapEncounterRoutes(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/sessions", CreateAsync).WithTags("Encounters").WithSummary("Begin an encounter").Produces<EncounterCreated>(StatusCodes.Status201Created);
        routes.MapGet("/api/sessions/{id}", ReadAsync).WithTags("Encounters").WithSummary("An encounter as it stands").Produces<EncounterView>();
        routes.MapPost("/api/sessions/{id}/sps/phase", SetPhaseAsync).WithTags("Encounters").WithSummary("Move to another phase");
        routes.MapPost("/api/sessions/{id}/end", EndAsync).WithTags("Encounters").WithSummary("End the encounter; answers when its transcript is final").Produces<EncounterEnded>();
    }

    private static async Task<IResult> CreateAsync(HttpContext context, EncounterRegister encounters, Casebook casebook, SharedLimits limits, ServerSettings settings)
    {
        var cancellationToken = context.RequestAborted;
        var body = await JsonBody.ReadAsync(context.Request, cancellationToken);
        if (await limits.SpendAsync(context, new RouteLimit("sessions", 0, settings.Limits.SessionsPerAddress, s_window), null) is { } refused) return refused;
        if (body.Text("persona_id") is not { } personaId) return ApiError.BadRequest("bad_request", "Send persona_id, the id of a persona of /api/sps/personas.");
        if (!IsSps(body["mode"])) return ApiError.BadRequest("sps_only", "mode must be sps, or left out.");
        if (body.Text("scenario_id") is not { } scenarioId) return ApiError.BadRequest("scenario_id_required_for_sps", "Send scenario_id, the id of a scenario of /api/sps/scenarios.");
        if (casebook.FindPersona(personaId) is null) return ApiError.NotFound("sps_persona_not_found", "No such persona; /api/sps/personas lists them.");
        if (casebook.FindScenario(scenarioId) is null) return ApiError.NotFound("sps_scenario_not_found", "No such scenario; /api/sps/scenarios lists them.");

        var roleId = body.Text("role_id");
        var language = body.Text("language");
        if (!IsName(roleId) || !IsName(language)) return ApiError.BadRequest("bad_request", $"role_id and language are names of at most {LongestName} characters.");
        var encounter = await encounters.CreateAsync(personaId, scenarioId, roleId, language, cancellationToken);
        return Answer.Json(new EncounterCreated(encounter.Id, encounter.SpsSessionId, encounter.Phase, encounter.Gate), statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> ReadAsync(string id, EncounterRegister encounters, CancellationToken cancellationToken) =>
        await encounters.FindAsync(id, cancellationToken) is { } encounter ? Answer.Json(encounter.View) : TranscriptErrors.SessionNotFound;

    private static async Task<IResult> SetPhaseAsync(string id, HttpContext context, EncounterRegister encounters)
    {
        var body = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        if (await encounters.FindAsync(id, context.RequestAborted) is not { } encounter) return TranscriptErrors.SessionNotFound;
        if (encounter.IsOver) return ApiError.NotFound("sps_session_not_found", "The encounter has ended; its phase stays.");
        var phase = body.Text("signal") switch
        {
            "move_objective" => "objective",
            "move_treatment" => "treatment_plan",
            "move_subjective" => "subjective",
            _ => encounter.Phase,
        };
        if (phase != encounter.Phase) encounter = await encounters.SetPhaseAsync(id, phase, context.RequestAborted);
        return Answer.Json(new JsonObject { ["phase"] = encounter!.Phase });
    }

    private static async Task<IResult> EndAsync(string id, HttpContext context, EncounterEnd end)
    {
        // It says nothing that is needed, but an encounter is not ended by a request that cannot be read.
        await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        return await end.EndAsync(id, context.RequestAborted) is { } record ? Answer.Json(new EncounterEnded(record)) : TranscriptErrors.SessionNotFound;
    }

    private static bool IsSps(JsonElement mode) => mode.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.String => mode.GetString() is "" or "sps",
        _ => false,
    };

    private static bool IsName(string? name) => name is null || (name.Length <= LongestName && !name.Any(char.IsControl));
}
