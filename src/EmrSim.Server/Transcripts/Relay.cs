using System.Text.Json;
using EmrSim.Contracts;
using EmrSim.Server.Encounters;
using EmrSim.Server.Http;
using EmrSim.Server.Limits;
using EmrSim.Server.Live;
using EmrSim.Server.Settings;

namespace EmrSim.Server.Transcripts;

/// <summary>What a browser says that was said. All relay routes come here: partials are shown, finals are committed and then shown.</summary>
public sealed class Relay(TranscriptLog log, NearEncounters encounters, SpokenGates gates, SharedLimits limits, ServerSettings settings, TimeProvider clock)
{
    private readonly RouteLimit _limit = new("relay", settings.Limits.RelayPerSession, settings.Limits.RelayPerAddress, TimeSpan.FromMinutes(1));

    public async Task CountAsync(HttpContext context, string sessionId)
    {
        var subject = EncounterId.IsWellFormed(sessionId) ? sessionId : "unknown";
        if (await limits.SpendAsync(context, _limit, subject) is { } refused) throw new ApiErrorException(refused);
    }

    /// <summary>Role and words have been checked in the order of the route; everything else is read here.</summary>
    public async Task TakeAsync(string sessionId, string role, string words, JsonBody body, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var (startedGiven, finalizedGiven, emittedGiven) = (body.Either("startedAt", "started_at_ms", "startedAtMs"), body.Either("finalizedAt", "finalized_at_ms", "finalizedAtMs"), body.Either("emittedAt", "emitted_at_ms", "emittedAtMs"));
        var started = SaidText.Time(startedGiven);
        var timestamp = SaidText.Time(body["timestamp"]);
        var finalized = SaidText.Time(finalizedGiven) ?? timestamp ?? now;
        var emitted = SaidText.Time(emittedGiven) ?? timestamp ?? finalized;
        var itemId = SaidText.Id(body.Either("itemId", "item_id"));
        var previous = SaidText.Id(body.Either("previousItemId", "previous_item_id"));
        var media = SaidText.Media(body["media"]);
        if (words.Length > 0 && IsFinal(body.Either("isFinal", "is_final")))
        {
            var identity = itemId ?? TurnIdentity.OfRelayed(role, SaidText.Mark(startedGiven) ?? SaidText.Mark(finalizedGiven) ?? SaidText.Mark(body["timestamp"]) ?? SaidText.Mark(emittedGiven), words);
            var turn = new NewTurn(identity, role, words, "audio", "relay", previous, started, finalized, emitted, media);
            await log.AppendAsync(sessionId, turn, cancellationToken);
            // The words are kept, so whoever brought them may go.
            await gates.HearAsync(sessionId, role, words, CancellationToken.None);
            return;
        }

        await RequireOpenAsync(sessionId, cancellationToken);
        if (words.Length == 0) return;
        log.Show(LiveEvent.Of(new TranscriptEntry
        {
            SessionId = sessionId,
            Role = role,
            Text = words,
            IsFinal = false,
            Timestamp = finalized,
            StartedAtMs = started,
            FinalizedAtMs = finalized,
            EmittedAtMs = emitted,
            ItemId = itemId,
            PreviousItemId = previous,
            Media = media,
            Source = "relay",
            Seq = 0,
            Revision = 0,
            State = TurnState.Partial,
        }));
    }

    public async Task TakeErrorAsync(string sessionId, JsonElement error, CancellationToken cancellationToken)
    {
        await RequireOpenAsync(sessionId, cancellationToken);
        var told = error.ValueKind switch
        {
            JsonValueKind.String when error.GetString() is { Length: > 0 } text => text,
            JsonValueKind.Object when error.Either("message", "detail", "error") is { ValueKind: JsonValueKind.String } inner => inner.GetString()!,
            _ => "Unknown transcription error",
        };
        log.Show(LiveEvent.Of(new TranscriptErrorNotice(sessionId, told.Length > 500 ? told[..500] : told, clock.GetUtcNow().ToUnixTimeMilliseconds())));
    }

    // Left out, the words are kept: better a word too many than one too few.
    private static bool IsFinal(JsonElement given) => given.ValueKind switch
    {
        JsonValueKind.False => false,
        JsonValueKind.String => !string.Equals(given.GetString(), "false", StringComparison.OrdinalIgnoreCase),
        JsonValueKind.Number => given.GetRawText() != "0",
        _ => true,
    };

    private async Task RequireOpenAsync(string sessionId, CancellationToken cancellationToken)
    {
        if (await encounters.FindAsync(sessionId, cancellationToken) is not { } encounter) throw new ApiErrorException(TranscriptErrors.SessionNotFound);
        if (encounter.IsOver) throw new ApiErrorException(TranscriptErrors.EncounterEnded);
    }
}
