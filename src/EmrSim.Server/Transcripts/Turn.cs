using System.Text.Json;
using EmrSim.Contracts;
using EmrSim.Server.Encounters;

namespace EmrSim.Server.Transcripts;

/// <summary>What a source says of one utterance: an event of the encounter's log.</summary>
/// <param name="ItemId">The provider's or the client's id, unique within its encounter; null when there is none.</param>
/// <param name="Role">user or assistant.</param>
/// <param name="Source">witness, relay, client or text.</param>
/// <param name="Media">A MediaRef of the contract (id, url, type, title), or null.</param>
/// <param name="State">The state that the item is in now, as far as this source knows.</param>
/// <param name="Failure">Why there are no words, when the state is failed.</param>
public sealed record NewTurn(
    string? ItemId,
    string Role,
    string Text,
    string Channel,
    string Source,
    string? PreviousItemId = null,
    long? StartedAtMs = null,
    long? FinalizedAtMs = null,
    long? EmittedAtMs = null,
    JsonElement? Media = null,
    IReadOnlyList<string>? CatalogItemIds = null,
    string State = TurnState.Final,
    int ContentIndex = 0,
    string? Failure = null);

/// <summary>The states of an item, as they are stored and sent.</summary>
public static class TurnState
{
    public const string Pending = "pending";
    public const string Partial = "partial";
    public const string Final = "final";
    public const string Failed = "failed";
    public const string Interrupted = "interrupted";
    public const string Abandoned = "abandoned";
}

/// <param name="Seq">Of its last change.</param>
/// <param name="IsNew">False when the item was there already and nothing changed.</param>
/// <param name="FirstSeq">Of the event that first told of it.</param>
/// <param name="Unplaced">The item that it follows never came, so its place is by arrival.</param>
public sealed record StoredTurn(
    string Id,
    string ItemId,
    string Role,
    string Text,
    string Channel,
    string Source,
    string State,
    string? PreviousItemId,
    long Seq,
    int Revision,
    DateTimeOffset CreatedAt,
    long? StartedAtMs,
    long? FinalizedAtMs,
    long? EmittedAtMs,
    JsonElement? Media,
    IReadOnlyList<string>? CatalogItemIds,
    bool IsNew = false,
    long FirstSeq = 0,
    int ContentIndex = 0,
    string? Failure = null,
    bool Unplaced = false)
{
    public bool IsFinished => State is TurnState.Final or TurnState.Interrupted;

    public bool IsOutstanding => State is TurnState.Pending or TurnState.Partial;

    /// <summary>The first of what is shown, as one MediaRef.</summary>
    private JsonElement? FirstMedia => Media is { ValueKind: JsonValueKind.Array } several ? several[0] : Media;

    public TranscriptTurn ToWire() => new()
    {
        Id = Id,
        Role = Role,
        Text = Text,
        CreatedAt = Encounter.Iso(CreatedAt),
        Timestamp = CreatedAt.ToUnixTimeMilliseconds(),
        Seq = Seq,
        ItemId = ItemId,
        PreviousItemId = PreviousItemId,
        State = State,
        Revision = Revision,
        Channel = Channel,
        Source = Source,
        StartedAtMs = StartedAtMs,
        Media = FirstMedia,
        Unplaced = Unplaced,
    };

    public TranscriptEntry ToEntry(string encounterId)
    {
        var finalized = FinalizedAtMs ?? CreatedAt.ToUnixTimeMilliseconds();
        return new()
        {
            SessionId = encounterId,
            Role = Role,
            Text = Text,
            IsFinal = !IsOutstanding,
            Timestamp = finalized,
            StartedAtMs = StartedAtMs,
            FinalizedAtMs = finalized,
            EmittedAtMs = EmittedAtMs ?? finalized,
            ItemId = ItemId,
            PreviousItemId = PreviousItemId,
            Media = FirstMedia,
            Source = Source,
            Seq = Seq,
            Revision = Revision,
            State = State,
        };
    }
}
