using EmrSim.Server.Http;
using EmrSim.Server.Settings;

namespace EmrSim.Server.Voice;

/// <summary>
/// Finds again what the session store has lost: a token that was issued in the last minute is minted once more, by one instance,
/// and the others use what that one made.
/// </summary>
public sealed partial class LostTokens(TokenIssues issues, TokenMint mint, TokenSafe safe, VoiceScripts scripts, ServerSettings settings, TimeProvider clock, ILogger<LostTokens> log)
{
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(50);

    /// <summary>No token and no refusal when none was issued in the last minute.</summary>
    public async Task<(RtcToken? Token, ApiError? Refusal)> FindAsync(string sessionId, CancellationToken cancellationToken)
    {
        var patience = clock.GetUtcNow() + TimeSpan.FromSeconds(settings.Voice.TimeoutSeconds);
        while (await issues.FindAsync(sessionId, cancellationToken) is { } issue)
        {
            if (issue.SealedToken is { } kept && safe.Open(sessionId, kept) is { } token) return (token, null);
            if (issue.RemintedAt is null && await issues.ClaimAsync(issue, cancellationToken)) return await RemintAsync(issue, cancellationToken);
            if (clock.GetUtcNow() >= patience) break;
            await Task.Delay(s_betweenLooks, clock, cancellationToken);
            if (await safe.FindAsync(sessionId, cancellationToken) is { } arrived) return (arrived, null);
        }

        return default;
    }

    public async Task<bool> AnyAsync(string sessionId, CancellationToken cancellationToken) => await issues.FindAsync(sessionId, cancellationToken) is not null;

    private async Task<(RtcToken? Token, ApiError? Refusal)> RemintAsync(TokenIssue issue, CancellationToken cancellationToken)
    {
        var made = false;
        try
        {
            if (settings.Voice.ApiKey is null || issue.ReadOrder() is not { } order) return default;
            var script = scripts.Write(order.PersonaId, order.ScenarioId, order.Phase, order.Gate, order.RoleId, order.ReplyLanguage);
            var (token, refusal) = await mint.MintAsync(order, script.Instructions, script.Speed, cancellationToken);
            if (token is null) return (null, refusal);
            made = true;
            var sealedToken = safe.Seal(issue.SessionId, token);
            await issues.KeepAsync(issue.SessionId, DateTimeOffset.FromUnixTimeMilliseconds(issue.IssuedAt), token.KeptUntil, sealedToken);
            await safe.KeepAsync(issue.SessionId, token, sealedToken, cancellationToken);
            VoiceMetrics.Reminted();
            LogReminted();
            return (token, null);
        }
        finally
        {
            if (!made) await issues.ReleaseAsync(issue);
        }
    }

    [LoggerMessage(42, LogLevel.Information, "A voice token that the session store had lost was minted again")]
    private partial void LogReminted();
}
