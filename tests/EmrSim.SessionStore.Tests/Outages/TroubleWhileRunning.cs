using System.Globalization;
using System.Text;
using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Tests.Contract;
using Microsoft.Data.Sqlite;

namespace EmrSim.SessionStore.Tests.Outages;

/// <summary>A Redis that two instances use begins to refuse: both go on through the database, say what to change, and come back once it is changed.</summary>
public sealed class TroubleWhileRunning
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0", "OOM: the server's memory is full: raise maxmemory, or set maxmemory-policy volatile-ttl")]
    [InlineData("ACL SETUSER robin -@write", "ACL SETUSER robin +@write", "NOPERM: the user may not use ")]
    [InlineData("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE", "READONLY: it is a replica: name the primary in SESSION_STORE_URL, or use redis+sentinel://")]
    public async Task Costs_nothing_and_is_over_when_it_is_mended(string trouble, string repair, string expected)
    {
        var file = Path.Combine(Path.GetTempPath(), $"emrsim-trouble-{Guid.NewGuid():N}.db");
        await using var redis = await RedisServer.StartAsync("--user", "robin", "on", ">hush-hush", "~*", "&*", "+@all");
        await using (var one = await StartAsync(redis, file))
        await using (var two = await StartAsync(redis, file))
        {
            RunningStore[] both = [one, two];
            await one.Store.SetAsync("before", "v"u8.ToArray(), s_minute, Token);
            await TellAsync(redis, trouble);
            for (var i = 0; i < 20; i++)
            {
                await both[i % 2].Store.SetAsync($"k{i}", Encoding.UTF8.GetBytes($"v{i}"), s_minute, Token);
                Assert.Equal($"v{i}", await TextAsync(both[(i + 1) % 2], $"k{i}"));
            }

            foreach (var store in both)
            {
                await Eventually.TrueAsync(
                    () => store.Host.Status is { Degraded: true, Server.LastError: { } error } && error.StartsWith(expected, StringComparison.Ordinal),
                    s_patience,
                    () => $"{store.Host.Status} {string.Join('\n', store.Log.Lines)}");
            }

            Assert.True(await two.Store.RemoveAsync("k7", Token));
            await TellAsync(redis, repair);
            await Eventually.TrueAsync(
                () => both.All(static store => !store.Host.Status.Degraded && !store.Host.Status.Tiers[1].HoldsEntries),
                s_patience,
                () => $"{one.Host.Status} {two.Host.Status}");
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal(i == 7 ? null : $"v{i}", await TextAsync(both[i % 2], $"k{i}"));
                Assert.Equal(1, (int)await redis.AskAsync("EXISTS", string.Create(CultureInfo.InvariantCulture, $"k{i}")));
            }

            Assert.Equal("v", await TextAsync(two, "before"));
            foreach (var store in both)
            {
                Assert.True(store.Log.Count(expected) > 0, string.Join('\n', store.Log.Lines));
                Assert.DoesNotContain("hush", $"{store.Host.Status}{string.Join('\n', store.Log.Lines)}", StringComparison.Ordinal);
            }
        }

        SqliteConnection.ClearAllPools();
        foreach (var left in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(file) + "*")) File.Delete(left);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task TellAsync(RedisServer redis, string command)
    {
        var words = command.Split(' ');
        await redis.AskAsync(words[0], [.. words[1..]]);
    }

    private static async Task<string?> TextAsync(RunningStore store, string key) =>
        await store.Store.GetAsync(key, Token) is { } entry ? Encoding.UTF8.GetString(entry.Value.Span) : null;

    private static Task<RunningStore> StartAsync(RedisServer redis, string file) => RunningStore.StartAsync(new()
    {
        Server = StoreUrl.Parse($"redis://robin:hush-hush@127.0.0.1:{redis.Port}"),
        Database = Databases.Sqlite(file),
        DatabaseTimeout = TimeSpan.FromSeconds(5),
        Breaker = new() { SlowAfter = TimeSpan.FromSeconds(1) },
    });
}
