using System.Text.Json;
using EmrSim.Server.Http;
using EmrSim.Server.Settings;

namespace EmrSim.Server.Voice;

/// <summary>Has the voice service make a token.</summary>
public sealed partial class TokenMint(RealtimeApi api, Redaction redaction, ServerSettings settings, TimeProvider clock, ILogger<TokenMint> log)
{
    private static readonly SecretLife s_life = new("created_at", (int)RtcToken.Life.TotalSeconds);
    private static readonly string[] s_audio = ["audio"];
    private readonly TurnDetection _turns = new("server_vad", settings.Voice.VadThreshold, settings.Voice.VadPrefixMs, settings.Voice.VadSilenceMs);

    public async Task<(RtcToken? Token, ApiError? Refusal)> MintAsync(MintOrder order, string instructions, double? speed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(order);
        var request = new SecretRequest(s_life, new(
            "realtime",
            order.Model,
            instructions,
            s_audio,
            new(new(new(order.TranscriptionModel, order.InputLanguage), _turns), new(order.Voice, speed))));
        var answer = await api.CreateSecretAsync(JsonSerializer.SerializeToUtf8Bytes(request, RealtimeJson.Default.SecretRequest), cancellationToken);
        if (!answer.IsSuccess)
        {
            LogRefused(answer.Outcome);
            return (null, answer.AsError(redaction));
        }

        if (RtcToken.Read(answer.Body, clock.GetUtcNow()) is { } token) return (token, null);
        LogRefused("no secret in the answer");
        return (null, new(StatusCodes.Status502BadGateway, "no_token", "The voice service answered without a token; try again."));
    }

    [LoggerMessage(40, LogLevel.Warning, "The voice service made no token: {Outcome}")]
    private partial void LogRefused(string outcome);
}
