using System.Text;
using System.Text.Json;
using EmrSim.Contracts;
using EmrSim.Server.Http;
using EmrSim.Server.Patients;
using EmrSim.Server.Transcripts;

namespace EmrSim.Server.Encounters;

/// <summary>
/// Stores what the student said together with the place of the answer, has the patient answer, stores the answer. Whatever is
/// interrupted between is taken up where it was by the same message sent again.
/// </summary>
internal sealed class Answering(EncounterRegister encounters, TranscriptLog transcripts, Casebook casebook, TimeProvider clock)
{
    private static readonly TimeSpan s_longestAnswer = TimeSpan.FromSeconds(60);

    public async Task RunAsync(string encounterId, string turnId, Exchange exchange)
    {
        using var patience = new CancellationTokenSource(s_longestAnswer, clock);
        var (said, answer) = await KeepQuestionAsync(encounterId, turnId, exchange.Text, patience.Token);
        exchange.Tell("turn", said.ToWire());
        if (!answer.IsFinished) answer = await AnswerAsync(encounterId, said, answer, exchange, patience.Token);
        else Replay(answer, exchange);
        exchange.Tell("done", new AnswerDone(answer.ToWire()));
    }

    private async Task<(StoredTurn Said, StoredTurn Answer)> KeepQuestionAsync(string encounterId, string turnId, string text, CancellationToken cancellationToken)
    {
        var (saidId, answerId) = ($"msg-{turnId}", $"msg-{turnId}-answer");
        if (await transcripts.FindAsync(encounterId, saidId, cancellationToken) is { } known)
        {
            if (known.Text != text) throw Conflict();
            if (await transcripts.FindAsync(encounterId, answerId, cancellationToken) is { } placed) return (known, placed);
        }

        var items = await transcripts.ReadItemsAsync(encounterId, cancellationToken);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var stored = await transcripts.AppendAllAsync(
            encounterId,
            [
                new(saidId, "user", text, "text", "text", items.Count > 0 ? items[^1].ItemId : null, now, now, now),
                new(answerId, "assistant", "", "text", "text", saidId, State: TurnState.Pending),
            ],
            cancellationToken);
        return stored[0].Text == text ? (stored[0], stored[1]) : throw Conflict();
    }

    private async Task<StoredTurn> AnswerAsync(string encounterId, StoredTurn said, StoredTurn place, Exchange exchange, CancellationToken cancellationToken)
    {
        var words = new StringBuilder();
        var shown = new List<MediaAsset>();
        AnsweredPiece? end = null;
        try
        {
            await foreach (var piece in casebook.AnswerAsync(await QuestionAsync(encounterId, said, cancellationToken), cancellationToken))
            {
                switch (piece)
                {
                    case SpokenPiece spoken:
                        words.Append(spoken.Text);
                        exchange.Tell("delta", new AnswerDelta(spoken.Text));
                        break;
                    case ShownPiece shows:
                        shown.Add(shows.Media);
                        exchange.Tell("media", AnswerMedia.Of(shows.Media));
                        break;
                    case AnsweredPiece answered:
                        end = answered;
                        break;
                }
            }
        }
        catch
        {
            // The place of the answer tells readers that it is missing; the same message again may still fill it.
            await transcripts.AppendAsync(encounterId, Filled(place, "", TurnState.Failed, [], null), CancellationToken.None);
            throw;
        }

        var stored = await transcripts.AppendAsync(encounterId, Filled(place, words.ToString().Trim(), TurnState.Final, shown, end?.CatalogItemIds), CancellationToken.None);
        if (end is not null) await encounters.OpenGatesAsync(encounterId, end.Gate, CancellationToken.None);
        return stored;
    }

    private async Task<Question> QuestionAsync(string encounterId, StoredTurn said, CancellationToken cancellationToken)
    {
        var encounter = await encounters.FindAsync(encounterId, cancellationToken) ?? throw new ApiErrorException(TranscriptErrors.SessionNotFound);
        var history = (await transcripts.ReadAsync(encounterId, cancellationToken))
            .TakeWhile(turn => turn.ItemId != said.ItemId)
            .Select(turn => new Utterance(turn.Role, turn.Text));
        return new(encounter.Id, encounter.PersonaId, encounter.ScenarioId, encounter.Phase, encounter.Gate, encounter.RoleId, said.Text, [.. history]);
    }

    private NewTurn Filled(StoredTurn place, string text, string state, IReadOnlyList<MediaAsset> shown, IReadOnlyList<string>? catalogItemIds)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var refs = shown.Select(media => new MediaRef(media.Id, media.Url, media.Type, media.Caption)).ToList();
        JsonElement? media = refs.Count switch
        {
            0 => null,
            1 => JsonSerializer.SerializeToElement(refs[0], RecordJson.Default.MediaRef),
            _ => JsonSerializer.SerializeToElement(refs, RecordJson.Default.ListMediaRef),
        };
        return new(place.ItemId, "assistant", text, "text", "text", place.PreviousItemId, null, now, now, media, catalogItemIds, state, Failure: state == TurnState.Failed ? "no_answer" : null);
    }

    private static void Replay(StoredTurn answer, Exchange exchange)
    {
        exchange.Tell("delta", new AnswerDelta(answer.Text));
        var shown = answer.Media switch
        {
            { ValueKind: JsonValueKind.Array } several => several.Deserialize(RecordJson.Default.MediaRefArray)!,
            { ValueKind: JsonValueKind.Object } one => [one.Deserialize(RecordJson.Default.MediaRef)!],
            _ => [],
        };
        foreach (var media in shown) exchange.Tell("media", AnswerMedia.Of(new(media.Id, media.Type ?? "", media.Url ?? "", media.Title ?? "")));
    }

    private static ApiErrorException Conflict() =>
        new(ApiError.Conflict("client_turn_conflict", "This client_turn_id was used for other words; use a new one for each message."));
}
