using System.Data.Common;
using System.Text.Json;
using EmrSim.Contracts;
using EmrSim.Server.Storage;
using EmrSim.Server.Transcripts;

namespace EmrSim.Server.Encounters;

internal static class EncounterRow
{
    public const string Select =
        "SELECT id, sps_session_id, persona_id, scenario_id, mode, phase, gate_flags, locked_pressure_count, role_id, language, state, started_at, ended_at, version, last_seq, completeness FROM encounter";

    public static Encounter Read(DbDataReader row) => new(
        row.GetString(0),
        row.GetString(1),
        row.GetString(2),
        row.GetString(3),
        row.GetString(4),
        row.GetString(5),
        GateBits.Read(row.GetInt64(6), row.GetInt64(7)),
        row.TextOrNull(8),
        row.TextOrNull(9),
        EncounterStates.Parse(row.GetString(10)),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(11)),
        row.NumberOrNull(12) is { } end ? DateTimeOffset.FromUnixTimeMilliseconds(end) : null,
        row.GetInt64(13),
        row.GetInt64(14))
    {
        Completeness = row.TextOrNull(15) is { } json ? JsonSerializer.Deserialize(json, RecordJson.Default.Completeness) : null,
    };
}
