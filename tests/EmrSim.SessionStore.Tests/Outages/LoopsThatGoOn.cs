using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Redis;
using EmrSim.SessionStore.Tests.Contract;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmrSim.SessionStore.Tests.Outages;

/// <summary>What nobody foresaw ends no loop that would be missed: a tier that nobody probes is lost for good.</summary>
public sealed class LoopsThatGoOn
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task The_recovery_after_an_error_of_a_kind_that_no_tier_has()
    {
        var file = Path.Combine(Path.GetTempPath(), $"emrsim-loops-{Guid.NewGuid():N}.db");
        await using var redis = await RedisServer.StartAsync();
        var sqlite = Databases.Sqlite(file);
        var isBroken = false;
        var database = new StoreDatabase(StoreDialect.Sqlite, async cancellationToken => Volatile.Read(ref isBroken) ? throw new ArgumentException("hush-hush") : await sqlite.OpenAsync(cancellationToken));
        await using (var running = await RunningStore.StartAsync(new() { Server = StoreUrl.Parse(redis.Url), Database = database, DatabaseTimeout = s_patience }))
        {
            Volatile.Write(ref isBroken, true);
            await Eventually.TrueAsync(() => running.Log.Count("the recovery goes on after ArgumentException") == 1, s_patience, () => string.Join('\n', running.Log.Lines));
            Volatile.Write(ref isBroken, false);
            await redis.KillAsync();
            await Eventually.TrueAsync(() => running.Host.Status.Degraded, s_patience, () => $"{running.Host.Status}");
            await redis.RunAsync();
            await Eventually.TrueAsync(() => !running.Host.Status.Degraded, s_patience, () => string.Join('\n', running.Log.Lines));
            Assert.Equal((1, 0), (running.Log.Count("goes on after"), running.Log.Count("hush")));
        }

        SqliteConnection.ClearAllPools();
        foreach (var left in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(file) + "*")) File.Delete(left);
    }

    [Fact]
    public async Task Asking_the_sentinels_after_whoever_listens_failed()
    {
        await using var watch = new SentinelWatch(StoreUrl.Parse($"redis+sentinel://127.0.0.1:{Ports.Take()}/main"), TimeProvider.System, NullLogger.Instance);
        var looks = 0;
        watch.Looked += () =>
        {
            if (Interlocked.Increment(ref looks) == 2) throw new InvalidOperationException();
        };
        await watch.StartAsync();
        await Eventually.TrueAsync(() => Volatile.Read(ref looks) > 3, s_patience, () => $"It ended after {looks} looks.");
    }
}
