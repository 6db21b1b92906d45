using System.Text.Json;
using EmrSim.Contracts;
using EmrSim.Server.Encounters;
using EmrSim.Server.Http;

namespace EmrSim.Server.Transcripts;

internal static class TurnRoutes
{
    private const int MostTurns = 2000;

    public static void MapTurns(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/sessions/{id}/turns", ReadAsync).WithTags("Transcripts").WithSummary("The transcript so far").Produces<TurnList>();
        routes.MapPost("/api/sessions/{id}/sps/turns", SaveAsync).WithTags("Transcripts").WithSummary("Save finished turns").Produces<TurnsSaved>(StatusCodes.Status201Created);
    }

    private static async Task<IResult> ReadAsync(string id, EncounterRegister encounters, TranscriptLog log, CancellationToken cancellationToken)
    {
        if (await encounters.FindAsync(id, cancellationToken) is null) return TranscriptErrors.SessionNotFound;
        var turns = await log.ReadAsync(id, cancellationToken);
        return Answer.Json(new TurnList([.. turns.Select(turn => turn.ToWire())]));
    }

    private static async Task<IResult> SaveAsync(string id, HttpContext context, TranscriptLog log)
    {
        var body = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        if (body["turns"] is not { ValueKind: JsonValueKind.Array } given || given.GetArrayLength() == 0) return ApiError.BadRequest("no_turns", "Send turns, a list of {role, text}.");
        if (given.GetArrayLength() > MostTurns) return new ApiError(StatusCodes.Status413PayloadTooLarge, "too_many_turns", $"Send at most {MostTurns} turns at once.");

        var turns = given.EnumerateArray().Select(turn => Read(id, turn)).OfType<NewTurn>().ToList();
        var stored = await log.AppendAllAsync(id, turns, context.RequestAborted);
        var saved = stored.Count(turn => turn.IsNew);
        return Answer.Json(new TurnsSaved(true, given.GetArrayLength(), saved, stored.Count - saved), statusCode: StatusCodes.Status201Created);
    }

    private static NewTurn? Read(string encounterId, JsonElement turn)
    {
        if (turn.Either("text") is not { ValueKind: JsonValueKind.String } text || SaidText.Words(text) is not { Length: > 0 } words) return null;
        var role = Named(turn, "role", "assistant") ? "assistant" : "user";
        var channel = Named(turn, "channel", "audio") ? "audio" : "text";
        var timestamp = SaidText.Time(turn.Either("timestamp_ms"));
        var started = SaidText.Time(turn.Either("started_at_ms"));
        var finalized = SaidText.Time(turn.Either("finalized_at_ms")) ?? timestamp;
        var emitted = SaidText.Time(turn.Either("emitted_at_ms")) ?? timestamp;
        var itemId = SaidText.Id(turn.Either("item_id", "itemId")) ?? TurnIdentity.OfPosted(encounterId, role, channel, Mark(turn), words);
        return new(itemId, role, words, channel, "client", SaidText.Id(turn.Either("previous_item_id", "previousItemId")), started, finalized, emitted, SaidText.Media(turn.Either("media")));
    }

    private static long? Mark(JsonElement turn) =>
        SaidText.Mark(turn.Either("started_at_ms")) ?? SaidText.Mark(turn.Either("finalized_at_ms")) ?? SaidText.Mark(turn.Either("timestamp_ms")) ?? SaidText.Mark(turn.Either("emitted_at_ms"));

    private static bool Named(JsonElement turn, string field, string value) => turn.Either(field) is { ValueKind: JsonValueKind.String } given && given.GetString() == value;
}
