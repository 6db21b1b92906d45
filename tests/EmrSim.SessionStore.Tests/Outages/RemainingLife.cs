using System.Diagnostics;
using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Faults;
using EmrSim.SessionStore.Tests.Contract;
using Microsoft.Data.Sqlite;

namespace EmrSim.SessionStore.Tests.Outages;

/// <summary>Neither moving an entry up nor writing it again gives it a longer life, on the server's own clock.</summary>
public sealed class RemainingLife
{
    private static readonly TimeSpan s_life = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(8);

    [Fact]
    public async Task Is_what_was_left_after_a_move_up_and_after_a_loss()
    {
        var file = Path.Combine(Path.GetTempPath(), $"emrsim-life-{Guid.NewGuid():N}.db");
        var faults = new StoreFaults();
        await using var redis = await RedisServer.StartAsync();
        await using (var running = await RunningStore.StartAsync(new() { Server = StoreUrl.Parse(redis.Url), Database = Databases.Sqlite(file), Faults = faults, DatabaseTimeout = TimeSpan.FromSeconds(5), Breaker = new() { SlowAfter = TimeSpan.FromSeconds(1) } }))
        {
            faults.Fail("redis");
            var watch = Stopwatch.StartNew();
            await running.Store.SetAsync("k", "v"u8.ToArray(), s_life, TestContext.Current.CancellationToken);
            Assert.True(running.Host.Status.Tiers[1].HoldsEntries);
            faults.Heal("redis");
            await IsThereForAsync(redis, s_life - watch.Elapsed);
            await redis.AskAsync("FLUSHALL");
            await IsThereForAsync(redis, s_life - watch.Elapsed);
            Assert.True(running.Log.Count("written again") > 0);
            await Eventually.TrueAsync(async () => (int)await redis.AskAsync("EXISTS", "k") == 0, s_patience, static () => "It lives on.");
            Assert.InRange(watch.Elapsed, s_life - TimeSpan.FromMilliseconds(100), s_life + TimeSpan.FromSeconds(1));
            Assert.Null(await running.Store.GetAsync("k", TestContext.Current.CancellationToken));
        }

        SqliteConnection.ClearAllPools();
        foreach (var left in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(file) + "*")) File.Delete(left);
    }

    private static async Task IsThereForAsync(RedisServer redis, TimeSpan atMost)
    {
        var left = 0L;
        await Eventually.TrueAsync(async () => (left = (long)await redis.AskAsync("PTTL", "k")) > 0, s_patience, static () => "It does not come back.");
        Assert.InRange(left, 1, atMost.TotalMilliseconds);
    }
}
