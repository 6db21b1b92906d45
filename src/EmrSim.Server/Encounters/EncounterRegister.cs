using System.Data.Common;
using System.Text.Json;
using EmrSim.Contracts;
using EmrSim.Server.Live;
using EmrSim.Server.Storage;
using EmrSim.Server.Transcripts;

namespace EmrSim.Server.Encounters;

/// <summary>The encounters' front door for other features. The database is the truth.</summary>
public sealed class EncounterRegister(AppDatabase database, EncounterLog log, LiveFeed feed, TimeProvider clock)
{
    public async Task<Encounter> CreateAsync(string personaId, string scenarioId, string? roleId, string? language, CancellationToken cancellationToken)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var encounter = new Encounter(
            EncounterId.New(), Guid.NewGuid().ToString(), personaId, scenarioId, "sps", "subjective", GateFlags.None, roleId, language, EncounterState.Active, now, null, 1, 0);
        await database.WriteAsync(
            encounter.Id,
            async (connection, transaction, token) =>
            {
                await connection.Statement(
                    transaction,
                    "INSERT INTO encounter (id, sps_session_id, persona_id, scenario_id, mode, phase, gate_flags, locked_pressure_count, role_id, language, state, started_at, touched_at, version, last_seq) VALUES (@id, @sps, @persona, @scenario, 'sps', @phase, 0, 0, @role, @language, 'active', @started, @started, 1, 0)",
                    ("@id", encounter.Id),
                    ("@sps", encounter.SpsSessionId),
                    ("@persona", encounter.PersonaId),
                    ("@scenario", encounter.ScenarioId),
                    ("@phase", encounter.Phase),
                    ("@role", roleId),
                    ("@language", language),
                    ("@started", now.ToUnixTimeMilliseconds())).ExecuteNonQueryAsync(token);
                return true;
            },
            cancellationToken);
        EncounterMetrics.Started();
        return encounter;
    }

    /// <summary>The encounter, or null when no instance ever created it. Safe for any text as id.</summary>
    public async Task<Encounter?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (!EncounterId.IsWellFormed(id)) return null;
        return await database.ReadAsync(
            async (connection, token) =>
            {
                await using var row = await connection.Statement(null, EncounterRow.Select + " WHERE id = @id", ("@id", id)).ExecuteReaderAsync(token);
                return await row.ReadAsync(token) ? EncounterRow.Read(row) : null;
            },
            cancellationToken);
    }

    /// <summary>Stores gates that the conversation has opened, whatever else changed meanwhile: flags only ever turn on.</summary>
    public Task OpenGatesAsync(string id, GateFlags gate, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(gate);
        return ChangeAsync(
            id,
            encounter =>
            {
                var bits = GateBits.Of(encounter.Gate) | GateBits.Of(gate);
                var opened = GateBits.Read(bits, Math.Max(encounter.Gate.LockedPressureCount, gate.LockedPressureCount));
                return encounter.IsOver || opened == encounter.Gate ? null : encounter with { Gate = opened };
            },
            cancellationToken);
    }

    /// <summary>The encounter in its new phase; null when there is none.</summary>
    public Task<Encounter?> SetPhaseAsync(string id, string phase, CancellationToken cancellationToken) =>
        ChangeAsync(id, encounter => encounter.IsOver || encounter.Phase == phase ? null : encounter with { Phase = phase }, cancellationToken);

    /// <summary>Applies a change under the row's lock and tells it once it is committed. A change of null leaves all as it is.</summary>
    internal async Task<Encounter?> ChangeAsync(string id, Func<Encounter, Encounter?> change, CancellationToken cancellationToken)
    {
        var (encounter, changed) = await database.WriteAsync(
            id,
            async (connection, transaction, token) =>
            {
                if (await log.LockAsync(connection, transaction, id, token) is not { } before) return (null, false);
                if (change(before) is not { } after) return (before, false);
                return ((Encounter?)await StoreAsync(connection, transaction, after, token), true);
            },
            cancellationToken);
        if (changed) feed.Publish(LiveEvent.Of(encounter!));
        return encounter;
    }

    /// <summary>Stores a changed encounter with its event; only with the row locked.</summary>
    internal async Task<Encounter> StoreAsync(DbConnection connection, DbTransaction transaction, Encounter changed, CancellationToken cancellationToken)
    {
        var stored = changed with { Version = changed.Version + 1, LastSeq = changed.LastSeq + 1 };
        await log.WriteAsync(connection, transaction, stored.Id, new(stored.LastSeq, "encounter", "server", null, null, JsonSerializer.Serialize(stored.Change, RecordJson.Default.EncounterChange)), cancellationToken);
        await connection.Statement(
            transaction,
            "UPDATE encounter SET phase = @phase, gate_flags = @gate, locked_pressure_count = @pressure, state = @state, ended_at = @ended, touched_at = @now, version = @version, last_seq = @seq, completeness = @completeness WHERE id = @id",
            ("@phase", stored.Phase),
            ("@gate", GateBits.Of(stored.Gate)),
            ("@pressure", stored.Gate.LockedPressureCount),
            ("@state", EncounterStates.Name(stored.State)),
            ("@ended", stored.EndedAt?.ToUnixTimeMilliseconds()),
            ("@now", clock.GetUtcNow().ToUnixTimeMilliseconds()),
            ("@version", stored.Version),
            ("@seq", stored.LastSeq),
            ("@completeness", stored.Completeness is { } record ? JsonSerializer.Serialize(record, RecordJson.Default.Completeness) : null),
            ("@id", stored.Id)).ExecuteNonQueryAsync(cancellationToken);
        return stored;
    }
}
