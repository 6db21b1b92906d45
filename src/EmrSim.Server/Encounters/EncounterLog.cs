using System.Data.Common;
using EmrSim.Server.Storage;

namespace EmrSim.Server.Encounters;

/// <summary>
/// The append-only log of encounters. A sequence number is given while the encounter's row is locked, so the numbers of an encounter
/// have no gap and are committed in order.
/// </summary>
public sealed class EncounterLog(AppDatabase database, TimeProvider clock)
{
    // SQLite has one writer at a time, and its transactions begin as writers.
    private readonly string _lock = EncounterRow.Select + " WHERE id = @id" + (database.Dialect == Dialect.Postgres ? " FOR UPDATE" : "");

    /// <summary>The encounter, unchanged by anyone until the transaction ends; null when there is none.</summary>
    public async Task<Encounter?> LockAsync(DbConnection connection, DbTransaction transaction, string id, CancellationToken cancellationToken)
    {
        if (!EncounterId.IsWellFormed(id)) return null;
        await using var row = await connection.Statement(transaction, _lock, ("@id", id)).ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? EncounterRow.Read(row) : null;
    }

    /// <summary>Locks the row of an active encounter and takes the next sequence numbers: the one before them, or null when it is not active.</summary>
    public async Task<long?> ReserveAsync(DbConnection connection, DbTransaction transaction, string id, int count, CancellationToken cancellationToken)
    {
        if (!EncounterId.IsWellFormed(id)) return null;
        var newest = await connection
            .Statement(
                transaction,
                "UPDATE encounter SET last_seq = last_seq + @count, touched_at = @now WHERE id = @id AND state = 'active' RETURNING last_seq",
                ("@count", (long)count),
                ("@now", clock.GetUtcNow().ToUnixTimeMilliseconds()),
                ("@id", id))
            .ExecuteScalarAsync(cancellationToken);
        return newest is long last ? last - count : null;
    }

    public Task WriteAsync(DbConnection connection, DbTransaction transaction, string id, LoggedEvent logged, CancellationToken cancellationToken) => connection
        .Statement(
            transaction,
            "INSERT INTO encounter_event (encounter_id, seq, received_at, type, source, item_id, content_index, payload) VALUES (@encounter, @seq, @received, @type, @source, @item, @index, @payload)",
            ("@encounter", id),
            ("@seq", logged.Seq),
            ("@received", clock.GetUtcNow().ToUnixTimeMilliseconds()),
            ("@type", logged.Type),
            ("@source", logged.Source),
            ("@item", logged.ItemId),
            ("@index", logged.ContentIndex),
            ("@payload", logged.Payload))
        .ExecuteNonQueryAsync(cancellationToken);

    /// <summary>Stores how far the log has grown; only with the row locked.</summary>
    public Task AdvanceAsync(DbConnection connection, DbTransaction transaction, string id, long seq, CancellationToken cancellationToken) => connection
        .Statement(
            transaction,
            "UPDATE encounter SET last_seq = @seq, touched_at = @now WHERE id = @id",
            ("@seq", seq),
            ("@now", clock.GetUtcNow().ToUnixTimeMilliseconds()),
            ("@id", id))
        .ExecuteNonQueryAsync(cancellationToken);
}

/// <param name="Type">encounter for a change of state, phase or gate; item for one of the transcript.</param>
public sealed record LoggedEvent(long Seq, string Type, string Source, string? ItemId, long? ContentIndex, string Payload);
