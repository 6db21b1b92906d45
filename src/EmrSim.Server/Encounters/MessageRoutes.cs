using System.Text.Json;
using EmrSim.Server.Http;
using EmrSim.Server.Limits;
using EmrSim.Server.Live;
using EmrSim.Server.Settings;
using EmrSim.Server.Transcripts;

namespace EmrSim.Server.Encounters;

internal static class MessageRoutes
{
    private const int LongestTurnId = 128;
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(1);

    public static void MapMessages(this IEndpointRouteBuilder routes) => routes
        .MapPost("/api/sessions/{id}/messages", SayAsync)
        .WithTags("Encounters")
        .WithSummary("Say something to the patient; the answer is streamed as server-sent events turn, delta, media, done");

    private static async Task<IResult> SayAsync(string id, HttpContext context, EncounterRegister encounters, Conversations conversations, SharedLimits limits, ServerSettings settings)
    {
        var cancellationToken = context.RequestAborted;
        var body = await JsonBody.ReadAsync(context.Request, cancellationToken);
        if (await encounters.FindAsync(id, cancellationToken) is not { } encounter) return TranscriptErrors.SessionNotFound;
        if (await limits.SpendAsync(context, new RouteLimit("messages", settings.Limits.MessagesPerSession, 0, s_window), id) is { } refused) return refused;
        if (SaidText.Words(body["text"]) is not { Length: > 0 } words) return TranscriptErrors.InvalidText;
        if (!TryReadTurnId(body["client_turn_id"], out var turnId)) return ApiError.BadRequest("invalid_client_turn_id", $"client_turn_id is a string of at most {LongestTurnId} characters.");

        var exchange = conversations.Take(encounter.Id, turnId, words);
        if (exchange.Text != words) return ApiError.Conflict("client_turn_conflict", "This client_turn_id is in use for other words; use a new one for each message.");
        await exchange.Begun.WaitAsync(cancellationToken);
        using var stream = EventStream.Begin(context);
        await foreach (var told in exchange.WatchAsync(cancellationToken)) await stream.SendAsync(told.Name, told.Data, null, cancellationToken);
        return Results.Empty;
    }

    private static bool TryReadTurnId(JsonElement given, out string turnId)
    {
        turnId = given.ValueKind == JsonValueKind.String ? given.GetString()!.Trim() : "";
        if (given.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.String)) return false;
        if (turnId.Length > LongestTurnId || turnId.Any(char.IsControl)) return false;
        if (turnId.Length == 0) turnId = Guid.NewGuid().ToString("N");
        return true;
    }
}
