using EmrSim.Contracts;
using EmrSim.Server.Encounters;
using EmrSim.Server.Http;
using EmrSim.Server.Limits;
using EmrSim.Server.Patients;
using EmrSim.Server.Patients.Briefs;
using EmrSim.Server.Settings;

namespace EmrSim.Server.Voice;

/// <summary>POST /api/voice/token: a minute's permission to open a call.</summary>
public sealed partial class TokenRoute(
    ServerSettings settings,
    SharedLimits limits,
    EncounterRegister register,
    Casebook casebook,
    VoiceScripts scripts,
    TokenMint mint,
    TokenSafe safe,
    TokenIssues issues,
    TimeProvider clock,
    ILogger<TokenRoute> log)
{
    private const int LongestName = 200;
    private static readonly ApiError s_off = new(StatusCodes.Status403Forbidden, "voice_disabled", "Voice is off; set VOICE_ENABLED=true, or use text.");
    private static readonly ApiError s_noKey = new(StatusCodes.Status503ServiceUnavailable, "no_openai_key", "Set OPENAI_API_KEY, or use text.");
    private readonly RouteLimit _limit = new("token", settings.Limits.TokenPerSession, settings.Limits.TokenPerAddress, TimeSpan.FromMinutes(15));

    public async Task<IResult> AnswerAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var answer = await GuardAsync(context);
        VoiceMetrics.Token((answer as ApiError)?.Code ?? "ok");
        return answer;
    }

    private async Task<IResult> GuardAsync(HttpContext context)
    {
        try
        {
            return await IssueAsync(context);
        }
        catch (ApiErrorException refused)
        {
            return refused.Error;
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or BadHttpRequestException))
        {
            LogFailed(failure);
            return VoiceFailure.Of("token_error");
        }
    }

    private async Task<IResult> IssueAsync(HttpContext context)
    {
        var cancellation = context.RequestAborted;
        var body = await JsonBody.ReadAsync(context.Request, cancellation);
        var sessionId = body.Text("session_id");
        if (await limits.SpendAsync(context, _limit, sessionId) is { } limited) return limited;
        if (!settings.Voice.Enabled) return s_off;
        if (settings.Voice.ApiKey is null) return s_noKey;
        var (encounter, refusal) = await VoiceEncounter.FindAsync(register, sessionId, body.Text("persona_id"), body.Text("scenario_id"), cancellation);
        if (encounter is null) return refusal!;
        if (encounter.Refuse(casebook) is { } noCase) return noCase;

        var input = ReplyLanguage.Code(body.Text("input_language"));
        var reply = ReplyLanguage.Code(body.Text("reply_language")) ?? input ?? ReplyLanguage.Code(encounter.Language);
        var role = Name(body, "role_id") ?? encounter.RoleId;
        var script = scripts.Write(encounter.PersonaId, encounter.ScenarioId, encounter.Phase, encounter.Gate, role, reply);
        var order = new MintOrder(
            script.Persona is null ? null : encounter.PersonaId,
            script.Persona is null ? null : encounter.ScenarioId,
            encounter.Phase,
            encounter.Gate,
            role,
            input,
            reply,
            VoiceChoice.Choose(body.Text("voice"), script.Brief?.VoiceId ?? script.Persona?.VoiceId, settings.Voice.Voice),
            Name(body, "model") ?? settings.Voice.Model,
            Transcription(Name(body, "transcription_model") ?? settings.Voice.TranscriptionModel));
        return await IssueAsync(encounter.Id, order, script, cancellation);
    }

    private async Task<IResult> IssueAsync(string sessionId, MintOrder order, VoiceScript script, CancellationToken cancellationToken)
    {
        // Written while the voice service works, so that it costs no time, and before the answer, so that the answer can be relied on.
        var issuedAt = clock.GetUtcNow();
        var recording = issues.RecordAsync(sessionId, issuedAt, order);
        var (token, refusal) = await mint.MintAsync(order, script.Instructions, script.Speed, cancellationToken);
        if (token is null)
        {
            if (await recording) await issues.ForgetAsync(sessionId, issuedAt);
            return refusal!;
        }

        var sealedToken = safe.Seal(sessionId, token);
        var kept = await safe.KeepAsync(sessionId, token, sealedToken, cancellationToken);
        var recorded = await recording;
        if (!kept && !(recorded && await issues.KeepAsync(sessionId, issuedAt, token.KeptUntil, sealedToken)))
            return ApiError.Unavailable("storage_unavailable", "The token could not be kept; ask again.", TimeSpan.FromSeconds(2));
        if (recorded && token.KeptUntil < issuedAt + RtcToken.Life) await issues.ShortenAsync(sessionId, issuedAt, token.KeptUntil);
        return Results.Json(
            new VoiceToken
            {
                RtcToken = token.Value,
                Model = order.Model,
                TtsVoice = order.Voice,
                Persona = script.Shown(),
                Context = script.Persona is null ? s_noContext : new Dictionary<string, string?> { ["phase"] = order.Phase, ["role_id"] = order.RoleId },
                Terms = new(token.ExpiresAt),
            },
            VoiceJson.Default.VoiceToken);
    }

    private static readonly Dictionary<string, string?> s_noContext = [];

    private static string? Name(JsonBody body, string field) => body.Text(field) is { Length: <= LongestName } name ? name : null;

    private static string Transcription(string model) => model == "gpt-4o-transcribe" ? "gpt-4o-mini-transcribe" : model;

    [LoggerMessage(43, LogLevel.Error, "A voice token could not be issued")]
    private partial void LogFailed(Exception failure);
}
