using System.Text.Json;

namespace EmrSim.Server.Transcripts;

/// <param name="ItemId">The provider's or the client's id, unique within its encounter; null when there is none.</param>
/// <param name="Role">user or assistant.</param>
/// <param name="Source">witness, relay, client or text.</param>
/// <param name="Media">A MediaRef of the contract (id, url, type, title), or null.</param>
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
    IReadOnlyList<string>? CatalogItemIds = null);

/// <param name="IsNew">False when the item was there already and nothing changed.</param>
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
    bool IsNew = false);
