using System.Data.Common;
using EmrSim.Contracts;
using EmrSim.Server.Encounters;
using EmrSim.Server.Patients;
using EmrSim.Server.Storage;

namespace EmrSim.Server.Teaching;

/// <summary>Encounters of all instances, by state and by what was said in them.</summary>
public sealed class EncounterSearch(AppDatabase database, Casebook casebook)
{
    private const int PageLength = 50;
    private const int Around = 60;

    private const string Columns =
        "SELECT e.id, e.persona_id, e.scenario_id, e.state, e.phase, e.gate_flags, e.locked_pressure_count, e.started_at, e.touched_at, (SELECT count(*) FROM transcript_item t WHERE t.encounter_id = e.id AND t.state = 'final') FROM encounter e WHERE e.started_at < @before AND ";

    private const string Said = " AND EXISTS (SELECT 1 FROM transcript_item s WHERE s.encounter_id = e.id AND lower(s.text) LIKE @pattern ESCAPE '\\')";

    private const string FirstSaid =
        "SELECT s.text FROM transcript_item s WHERE s.encounter_id = @encounter AND lower(s.text) LIKE @pattern ESCAPE '\\' ORDER BY s.first_seq LIMIT 1";

    public async Task<EncounterList> FindAsync(bool running, string? words, long? before, CancellationToken cancellationToken)
    {
        var pattern = words is null ? null : $"%{Escaped(words.ToLowerInvariant())}%";
        var state = running ? "e.state IN ('active', 'ending', 'draining')" : "e.state IN ('final', 'abandoned')";
        var found = await database.ReadAsync((connection, token) => ListAsync(connection, state, pattern, words, before ?? long.MaxValue, token), cancellationToken);
        return new(found, found.Count == PageLength ? found[^1].StartedAtMs : null);
    }

    private async Task<List<ListedEncounter>> ListAsync(DbConnection connection, string state, string? pattern, string? words, long before, CancellationToken cancellationToken)
    {
        var found = new List<ListedEncounter>();
        var sql = $"{Columns}{state}{(pattern is null ? "" : Said)} ORDER BY e.started_at DESC LIMIT {PageLength}";
        var query = pattern is null
            ? connection.Statement(null, sql, ("@before", before))
            : connection.Statement(null, sql, ("@before", before), ("@pattern", pattern));
        await using (var row = await query.ExecuteReaderAsync(cancellationToken))
        {
            while (await row.ReadAsync(cancellationToken)) found.Add(Read(row));
        }

        if (pattern is null) return found;
        for (var i = 0; i < found.Count; i++)
        {
            var said = await connection.Statement(null, FirstSaid, ("@encounter", found[i].SessionId), ("@pattern", pattern)).ExecuteScalarAsync(cancellationToken);
            found[i] = found[i] with { Excerpt = said is string text ? Excerpt(text, words!) : null };
        }

        return found;
    }

    private ListedEncounter Read(DbDataReader row) => new(
        row.GetString(0),
        casebook.FindPersona(row.GetString(1))?.DisplayName ?? row.GetString(1),
        casebook.FindScenario(row.GetString(2))?.Title ?? row.GetString(2),
        row.GetString(2),
        row.GetString(3),
        row.GetString(4),
        GateBits.Read(row.GetInt64(5), row.GetInt64(6)),
        (int)row.GetInt64(9),
        row.GetInt64(7),
        row.GetInt64(8),
        null);

    private static string Excerpt(string text, string words)
    {
        var at = Math.Max(0, text.IndexOf(words, StringComparison.OrdinalIgnoreCase));
        var (from, to) = (Math.Max(0, at - Around), Math.Min(text.Length, at + words.Length + Around));
        return $"{(from > 0 ? "…" : "")}{text[from..to]}{(to < text.Length ? "…" : "")}";
    }

    private static string Escaped(string words) =>
        words.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
}
