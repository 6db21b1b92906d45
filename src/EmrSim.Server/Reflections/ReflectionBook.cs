using System.Globalization;
using EmrSim.Contracts;
using EmrSim.Server.Storage;

namespace EmrSim.Server.Reflections;

/// <summary>One reflection for each encounter; the last one written counts.</summary>
public sealed class ReflectionBook(AppDatabase database, TimeProvider clock)
{
    private const string Keep =
        "INSERT INTO reflection (encounter_id, went_well, to_improve, take_away, written_at) VALUES (@encounter, @well, @improve, @take, @now) ON CONFLICT (encounter_id) DO UPDATE SET went_well = @well, to_improve = @improve, take_away = @take, written_at = @now";

    private static readonly Reflection s_nothing = new("", "", "", null);

    public Task<Reflection> ReadAsync(string encounterId, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, token) =>
        {
            await using var row = await connection
                .Statement(null, "SELECT went_well, to_improve, take_away, written_at FROM reflection WHERE encounter_id = @encounter", ("@encounter", encounterId))
                .ExecuteReaderAsync(token);
            return await row.ReadAsync(token) ? new Reflection(row.GetString(0), row.GetString(1), row.GetString(2), Moment(row.GetInt64(3))) : s_nothing;
        },
        cancellationToken);

    public Task<Reflection> KeepAsync(string encounterId, Reflection reflection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reflection);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return database.WriteAsync(
            encounterId,
            async (connection, transaction, token) =>
            {
                await connection.Statement(
                    transaction,
                    Keep,
                    ("@encounter", encounterId),
                    ("@well", reflection.WentWell),
                    ("@improve", reflection.ToImprove),
                    ("@take", reflection.TakeAway),
                    ("@now", now)).ExecuteNonQueryAsync(token);
                return reflection with { WrittenAt = Moment(now) };
            },
            cancellationToken);
    }

    private static string Moment(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
