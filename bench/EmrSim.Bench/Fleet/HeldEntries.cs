using System.Diagnostics;
using Npgsql;

namespace EmrSim.Bench.Fleet;

/// <summary>What the database took while Redis was away, and how soon it is where it belongs.</summary>
public static class HeldEntries
{
    public const int Count = 10_000;
    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(100);
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
        // Looked at seldom and, once it has begun, by the index: counting them all would slow what is measured.
        await using var all = source.CreateCommand("select count(*) = " + Count + " from session_store_entry where key like 'bench:%'");
        await UntilAsync(async () => !(bool)(await all.ExecuteScalarAsync())!);
        var first = Stopwatch.GetTimestamp();
        await using var some = source.CreateCommand("select exists(select from session_store_entry where key >= 'bench:' and key < 'bench;')");
        await UntilAsync(async () => !(bool)(await some.ExecuteScalarAsync())!);
        return (first, Stopwatch.GetTimestamp());
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        var patience = Stopwatch.StartNew();
        while (!await isSo())
        {
            if (patience.Elapsed > s_patience) throw new InvalidOperationException("Entries were not moved up.");
            await Task.Delay(s_glance);
        }
    }
}
