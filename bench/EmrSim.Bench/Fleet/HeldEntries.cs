using System.Diagnostics;
using Npgsql;

namespace EmrSim.Bench.Fleet;

/// <summary>What the database took while Redis was away, and how soon it is where it belongs.</summary>
public static class HeldEntries
{
    public const int Count = 10_000;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    /// <returns>When the first entry had gone up, and when the last.</returns>
    public static async Task<(long First, long Last)> MoveUpAsync(PostgresBeside postgres, RedisBeside redis)
    {
        ArgumentNullException.ThrowIfNull(postgres);
        ArgumentNullException.ThrowIfNull(redis);
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using (var fill = source.CreateCommand($"""
            insert into session_store_entry (key, kind, stamp_ms, stamp_counter, stamp_instance, expires_at, value, count)
            select 'bench:' || n, 1, extract(epoch from now()) * 1000, n, 1, (extract(epoch from now()) + 600) * 1000, decode(repeat('00', 200), 'hex'), null
            from generate_series(1, {Count}) n
            """))
        {
            await fill.ExecuteNonQueryAsync();
        }

        await redis.RunAgainAsync();
        await using var left = source.CreateCommand("select count(*) from session_store_entry where key like 'bench:%'");
        var (first, patience) = (0L, Stopwatch.StartNew());
        while ((long)(await left.ExecuteScalarAsync())! is var remaining and > 0)
        {
            if (patience.Elapsed > s_patience) throw new InvalidOperationException($"{remaining} entries were not moved up.");
            if (remaining < Count && first == 0) first = Stopwatch.GetTimestamp();
            await Task.Delay(10);
        }

        return (first, Stopwatch.GetTimestamp());
    }
}
