using System.Text.Json;
using System.Text.Json.Nodes;
using EmrSim.Server.Http;

namespace EmrSim.Server.Transcripts;

/// <summary>The four addresses of the relay; each checks in the order that its clients know.</summary>
internal static class RelayRoutes
{
    public static void MapRelay(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/transcript/relay/{sessionId}", RelayAsync).WithTags("Transcripts").WithSummary("Relay what was said");
        routes.MapPost("/api/voice/transcript/relay/{sessionId}", OlderRelayAsync).WithTags("Transcripts").WithSummary("Relay what was said (older form)");
        routes.MapPost("/api/voice/transcript", VoiceTranscriptAsync).WithTags("Transcripts").WithSummary("Relay what was said, session in the body");
        routes.MapPost("/api/voice/transcript-error", VoiceErrorAsync).WithTags("Transcripts").WithSummary("Tell those who watch that words were lost");
    }

    private static async Task<IResult> RelayAsync(string sessionId, HttpContext context, Relay relay)
    {
        var body = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        await relay.CountAsync(context, sessionId);
        if (Role(body) is not { } role) return TranscriptErrors.InvalidRole;
        await relay.TakeAsync(sessionId, role, SaidText.Words(body["text"]), body, context.RequestAborted);
        return Results.NoContent();
    }

    private static async Task<IResult> OlderRelayAsync(string sessionId, HttpContext context, Relay relay)
    {
        var body = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        await relay.CountAsync(context, sessionId);
        if (IsFalsy(body["role"]) || IsFalsy(body["text"])) return ApiError.BadRequest("Missing required fields: sessionId, role, text");
        if (Role(body) is not { } role) return ApiError.BadRequest("Invalid role specified");
        await relay.TakeAsync(sessionId, role, SaidText.Words(body["text"]), body, context.RequestAborted);
        return Results.NoContent();
    }

    private static async Task<IResult> VoiceTranscriptAsync(HttpContext context, Relay relay)
    {
        var body = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        var sessionId = body.Text("session_id") ?? body.Text("sessionId");
        await relay.CountAsync(context, sessionId ?? "");
        if (sessionId is null) return TranscriptErrors.MissingSessionId;
        if (Role(body) is not { } role) return TranscriptErrors.InvalidRole;
        await relay.TakeAsync(sessionId, role, SaidText.Words(body["text"]), body, context.RequestAborted);
        return Answer.Json(new JsonObject { ["success"] = true });
    }

    private static async Task<IResult> VoiceErrorAsync(HttpContext context, Relay relay)
    {
        var body = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        var sessionId = body.Text("session_id") ?? body.Text("sessionId");
        await relay.CountAsync(context, sessionId ?? "");
        if (sessionId is null) return TranscriptErrors.MissingSessionId;
        await relay.TakeErrorAsync(sessionId, body["error"], context.RequestAborted);
        return Answer.Json(new JsonObject { ["success"] = true });
    }

    private static string? Role(JsonBody body) =>
        body["role"] is { ValueKind: JsonValueKind.String } role && role.GetString() is "user" or "assistant" ? body["role"].GetString() : null;

    private static bool IsFalsy(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.String => value.GetString()!.Length == 0,
        JsonValueKind.Number => value.TryGetDouble(out var number) && number == 0,
        _ => false,
    };
}
