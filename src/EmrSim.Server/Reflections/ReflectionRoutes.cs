using System.Text.Json;
using EmrSim.Contracts;
using EmrSim.Server.Encounters;
using EmrSim.Server.Http;

namespace EmrSim.Server.Reflections;

/// <summary>The student's own reflection, asked for once an encounter is over.</summary>
public static class ReflectionRoutes
{
    private const int Longest = 4000;

    public static void AddReflections(this IServiceCollection services) => services.AddSingleton<ReflectionBook>();

    public static void MapReflections(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var reflection = app.MapGroup("/api/sessions/{id}/reflection").WithTags("Encounters");
        reflection.MapGet("", ReadAsync).WithSummary("What the student wrote about the encounter; empty texts when nothing yet").Produces<Reflection>();
        reflection.MapPut("", KeepAsync).WithSummary("Keep what the student writes about the encounter, once it is over").Produces<Reflection>();
    }

    private static async Task<IResult> ReadAsync(string id, EncounterRegister encounters, ReflectionBook book, CancellationToken cancellationToken) =>
        await encounters.FindAsync(id, cancellationToken) is null ? NoSession : Answer.Json(await book.ReadAsync(id, cancellationToken));

    private static async Task<IResult> KeepAsync(string id, HttpContext context, EncounterRegister encounters, ReflectionBook book)
    {
        var body = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        if (await encounters.FindAsync(id, context.RequestAborted) is not { } encounter) return NoSession;
        if (encounter.State == EncounterState.Active) return ApiError.Conflict("encounter_active", "End the encounter first; the reflection looks back at it.");
        if (Text(body, "went_well") is not { } well || Text(body, "to_improve") is not { } improve || Text(body, "take_away") is not { } take)
            return ApiError.BadRequest("invalid_text", $"went_well, to_improve and take_away are strings of at most {Longest} characters.");
        return Answer.Json(await book.KeepAsync(id, new(well, improve, take, null), context.RequestAborted));
    }

    /// <summary>Null when it can't be kept; empty when it is left out.</summary>
    private static string? Text(JsonBody body, string field) => body[field] switch
    {
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => "",
        { ValueKind: JsonValueKind.String } given when given.GetString()! is { Length: <= Longest } text => text.Replace('\0', '\uFFFD').Trim(),
        _ => null,
    };

    private static ApiError NoSession => ApiError.NotFound("session_not_found", "No such session; create one with POST /api/sessions.");
}
