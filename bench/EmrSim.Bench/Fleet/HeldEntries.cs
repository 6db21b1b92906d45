using System.Diagnostics;
using Npgsql;

namespace EmrSim.Bench.Fleet;

/// <summary>What the database took while Redis was away, and how soon it is where it belongs.</summary>
public static class HeldEntries
{
    public const int Count = 10_000;
    private const string SomeAreThere = "select exists(select from session_store_entry where key >= 'bench:' and key < 'bench;')";
    private const int WarmGlances = 200;
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
        await using var some = source.CreateCommand(SomeAreThere);
        await UntilAsync(async () => !(bool)(await some.ExecuteScalarAsync())!);
        return (first, Stopwatch.GetTimestamp());
    }

    /// <summary>So that this program's own way of looking is compiled to its end before anything is measured.</summary>
    public static async Task WarmAsync(PostgresBeside postgres)
    {
        ArgumentNullException.ThrowIfNull(postgres);
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var some = source.CreateCommand(SomeAreThere);
        for (var n = 0; n < WarmGlances; n++) await some.ExecuteScalarAsync();
    }

    /// <summary>Looks as often as while entries go up: what is measured beside must bear the same.</summary>
    public static async Task LookOnAsync(PostgresBeside postgres, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(postgres);
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var some = source.CreateCommand(SomeAreThere);
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < duration;)
        {
            await some.ExecuteScalarAsync();
            await Task.Delay(s_glance);
        }
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
