using System.Data.Common;
using System.Text.Json;
using EmrSim.Server.Storage;

namespace EmrSim.Server.Transcripts;

internal static class TurnRow
{
    public const string Select =
        "SELECT turn_id, item_id, content_index, role, channel, source, state, text, previous_item_id, created_at, started_at_ms, finalized_at_ms, emitted_at_ms, media, catalog_item_ids, failure, first_seq, last_seq, revision FROM transcript_item WHERE encounter_id = @encounter";

    private const string Insert =
        "INSERT INTO transcript_item (encounter_id, item_id, content_index, turn_id, role, channel, source, state, text, previous_item_id, created_at, started_at_ms, finalized_at_ms, emitted_at_ms, media, catalog_item_ids, failure, first_seq, last_seq, revision) VALUES (@encounter, @item, @index, @turn, @role, @channel, @source, @state, @text, @previous, @created, @started, @finalized, @emitted, @media, @catalog, @failure, @first, @last, @revision) ON CONFLICT DO NOTHING";

    private const string Update =
        "UPDATE transcript_item SET source = @source, state = @state, text = @text, previous_item_id = @previous, created_at = @created, started_at_ms = @started, finalized_at_ms = @finalized, emitted_at_ms = @emitted, media = @media, catalog_item_ids = @catalog, failure = @failure, last_seq = @last, revision = @revision WHERE encounter_id = @encounter AND item_id = @item AND content_index = @index";

    public static async Task<StoredTurn?> FindAsync(DbConnection connection, DbTransaction? transaction, string encounterId, string itemId, int contentIndex, CancellationToken cancellationToken)
    {
        await using var row = await connection
            .Statement(transaction, Select + " AND item_id = @item AND content_index = @index", ("@encounter", encounterId), ("@item", itemId), ("@index", contentIndex))
            .ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Read(row) : null;
    }

    public static async Task<List<StoredTurn>> ListAsync(DbCommand query, CancellationToken cancellationToken)
    {
        var turns = new List<StoredTurn>();
        await using var row = await query.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken)) turns.Add(Read(row));
        return turns;
    }

    /// <summary>False when there is such an item already.</summary>
    public static async Task<bool> TryInsertAsync(DbConnection connection, DbTransaction transaction, string encounterId, StoredTurn turn, CancellationToken cancellationToken) => await connection
        .Statement(
            transaction,
            Insert,
            ("@encounter", encounterId),
            ("@item", turn.ItemId),
            ("@index", turn.ContentIndex),
            ("@turn", turn.Id),
            ("@role", turn.Role),
            ("@channel", turn.Channel),
            ("@source", turn.Source),
            ("@state", turn.State),
            ("@text", turn.Text),
            ("@previous", turn.PreviousItemId),
            ("@created", turn.CreatedAt.ToUnixTimeMilliseconds()),
            ("@started", turn.StartedAtMs),
            ("@finalized", turn.FinalizedAtMs),
            ("@emitted", turn.EmittedAtMs),
            ("@media", turn.Media?.GetRawText()),
            ("@catalog", Ids(turn)),
            ("@failure", turn.Failure),
            ("@first", turn.FirstSeq),
            ("@last", turn.Seq),
            ("@revision", turn.Revision))
        .ExecuteNonQueryAsync(cancellationToken) == 1;

    public static Task UpdateAsync(DbConnection connection, DbTransaction transaction, string encounterId, StoredTurn turn, CancellationToken cancellationToken) => connection
        .Statement(
            transaction,
            Update,
            ("@source", turn.Source),
            ("@state", turn.State),
            ("@text", turn.Text),
            ("@previous", turn.PreviousItemId),
            ("@created", turn.CreatedAt.ToUnixTimeMilliseconds()),
            ("@started", turn.StartedAtMs),
            ("@finalized", turn.FinalizedAtMs),
            ("@emitted", turn.EmittedAtMs),
            ("@media", turn.Media?.GetRawText()),
            ("@catalog", Ids(turn)),
            ("@failure", turn.Failure),
            ("@last", turn.Seq),
            ("@revision", turn.Revision),
            ("@encounter", encounterId),
            ("@item", turn.ItemId),
            ("@index", turn.ContentIndex))
        .ExecuteNonQueryAsync(cancellationToken);

    private static string? Ids(StoredTurn turn) => turn.CatalogItemIds is { } ids ? JsonSerializer.Serialize(ids, RecordJson.Default.IReadOnlyListString) : null;

    private static StoredTurn Read(DbDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.GetString(3),
        row.GetString(7),
        row.GetString(4),
        row.GetString(5),
        row.GetString(6),
        row.TextOrNull(8),
        row.GetInt64(17),
        (int)row.GetInt64(18),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(9)),
        row.NumberOrNull(10),
        row.NumberOrNull(11),
        row.NumberOrNull(12),
        row.TextOrNull(13) is { } media ? JsonSerializer.Deserialize(media, RecordJson.Default.JsonElement) : null,
        row.TextOrNull(14) is { } ids ? JsonSerializer.Deserialize(ids, RecordJson.Default.StringArray) : null,
        false,
        row.GetInt64(16),
        (int)row.GetInt64(2),
        row.TextOrNull(15));
}
