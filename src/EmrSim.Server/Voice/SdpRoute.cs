using System.Text;
using System.Text.Json;
using EmrSim.Server.Http;
using EmrSim.Server.Settings;

namespace EmrSim.Server.Voice;

/// <summary>POST /api/voice/sdp: opens the call with the newest token of the session, which stays usable.</summary>
public sealed partial class SdpRoute(ServerSettings settings, TokenSafe safe, LostTokens lost, RealtimeApi api, Redaction redaction, ILogger<SdpRoute> log)
{
    private const int LargestOffer = 64 * 1024;
    private static readonly ApiError s_off = new(StatusCodes.Status403Forbidden, "voice_disabled", "Voice is off; set VOICE_ENABLED=true, or use text.");
    private static readonly ApiError s_missing = ApiError.BadRequest("missing_params", "Send session_id and sdp, both as text.");
    private static readonly ApiError s_noOffer = ApiError.BadRequest("missing_params", "Send as sdp a session description, which starts with v=0.");
    private static readonly ApiError s_tooLarge = new(StatusCodes.Status413PayloadTooLarge, "sdp_too_large", "Send at most 64 KB as sdp.");
    private static readonly ApiError s_noToken = new(StatusCodes.Status412PreconditionFailed, "no_rtc_token", "Ask for a token with POST /api/voice/token; it is good for 60 s.");

    public async Task<IResult> AnswerAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var answer = await GuardAsync(context);
        VoiceMetrics.Exchange((answer as ApiError)?.Code ?? "ok");
        return answer;
    }

    private async Task<IResult> GuardAsync(HttpContext context)
    {
        try
        {
            return await ExchangeAsync(context);
        }
        catch (ApiErrorException refused)
        {
            return refused.Error;
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or BadHttpRequestException))
        {
            LogFailed(failure);
            return VoiceFailure.Of("sdp_exchange_error");
        }
    }

    private async Task<IResult> ExchangeAsync(HttpContext context)
    {
        var cancellation = context.RequestAborted;
        var body = await JsonBody.ReadAsync(context.Request, cancellation);
        if (!settings.Voice.Enabled) return s_off;

        // Not trimmed: a session description ends with a line break.
        var text = body["sdp"] is { ValueKind: JsonValueKind.String } field ? field.GetString() : null;
        if (body.Text("session_id") is not { } sessionId || string.IsNullOrWhiteSpace(text)) return s_missing;
        var offer = Encoding.UTF8.GetBytes(text);
        if (offer.Length > LargestOffer) return s_tooLarge;
        if (!CallerChosenId.IsUsable(sessionId)) return s_noToken;

        var token = await safe.FindAsync(sessionId, cancellation);
        if (!IsDescription(offer)) return token is not null || await lost.AnyAsync(sessionId, cancellation) ? s_noOffer : s_noToken;
        if (token is null)
        {
            var (found, refusal) = await lost.FindAsync(sessionId, cancellation);
            if (found is null) return refusal ?? s_noToken;
            token = found;
        }

        var answer = await api.ExchangeAsync(token.Value, offer, cancellation);
        if (!answer.IsSuccess || !IsDescription(answer.Body))
        {
            LogRefused(answer.Outcome);
            return answer.AsError(redaction);
        }

        if (CallId(answer.Location) is { } callId && !await safe.KeepCallAsync(sessionId, callId, cancellation)) LogCallLost();
        return Results.Bytes(answer.Body, "application/sdp");
    }

    private static bool IsDescription(ReadOnlySpan<byte> text) => text.StartsWith("v=0"u8);

    private static string? CallId(string? location)
    {
        if (location is null) return null;
        var path = location.AsSpan();
        if (path.IndexOfAny('?', '#') is >= 0 and var end) path = path[..end];
        var id = path[(path.LastIndexOf('/') + 1)..].ToString();
        return CallerChosenId.IsUsable(id) ? id : null;
    }

    [LoggerMessage(44, LogLevel.Error, "A call could not be opened")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(45, LogLevel.Warning, "The voice service opened no call: {Outcome}")]
    private partial void LogRefused(string outcome);

    [LoggerMessage(46, LogLevel.Warning, "A call's id could not be kept: nobody can join it from the server")]
    private partial void LogCallLost();
}
