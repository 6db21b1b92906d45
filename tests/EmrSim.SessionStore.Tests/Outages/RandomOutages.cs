using System.Globalization;
using System.Text;
using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Faults;
using EmrSim.SessionStore.Tests.Contract;
using Microsoft.Data.Sqlite;

namespace EmrSim.SessionStore.Tests.Outages;

/// <summary>
/// Random operations on three instances during random outages, against a model: once all tiers agree again, every instance reads
/// the last acknowledged write of every key, and nothing that was removed. The seed is in the message of a failure;
/// EMRSIM_SEED repeats it.
/// </summary>
public sealed class RandomOutages(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    // What clocks that disagree are known to, and so the least between two writes on sides that can't see each other whose order counts.
    private static readonly TimeSpan s_toldTo = TimeSpan.FromMilliseconds(5);

    [Theory]
    [InlineData(0, true, false)]
    [InlineData(1, true, false)]
    [InlineData(2, false, false)]
    [InlineData(3, true, true)]
    public async Task End_in_agreement_on_the_last_acknowledged_write(int run, bool sameClocks, bool onPostgres)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("EMRSIM_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Random.Shared.Next();
        var random = new Random(seed + run);
        var file = Path.Combine(Path.GetTempPath(), $"emrsim-model-{Guid.NewGuid():N}.db");
        await using var redis = await RedisServer.StartAsync("--appendonly", "no");
        var database = onPostgres ? Databases.Postgres(await postgres.CreateDatabaseAsync()) : Databases.Sqlite(file);
        var faults = Enumerable.Range(0, 3).Select(static _ => new StoreFaults()).ToArray();
        var stores = new List<RunningStore>();
        try
        {
            for (var i = 0; i < 3; i++)
            {
                Assert.True(StoreUrl.TryParse(redis.Url, out var url, out _));
                // 5 s is the most that the clocks of a fleet are expected to disagree.
                var clock = sameClocks ? TimeProvider.System : new SkewedTime(TimeSpan.FromSeconds((i - 1) * 5));
                stores.Add(await RunningStore.StartAsync(
                    new() { Server = url, Database = database, DatabaseTimeout = TimeSpan.FromSeconds(5), Faults = faults[i], OperationTimeout = TimeSpan.FromMilliseconds(300), Breaker = new() { SlowAfter = TimeSpan.FromSeconds(1), OpenAtMost = TimeSpan.FromSeconds(1) } },
                    clock));
            }

            var model = new Dictionary<string, string?>();
            for (var step = 0; step < 200; step++)
            {
                if (random.Next(12) == 0) await ChangeWeatherAsync(random, redis, faults, ofOne: sameClocks);
                if (!sameClocks) await Task.Delay(s_toldTo, Token);
                await OperateAsync(random, stores[random.Next(3)].Store, model, step, readFirst: !sameClocks);
            }

            redis.Continue();
            foreach (var fault in faults) fault.Heal("redis");
            await Eventually.TrueAsync(
                () => stores.All(static store => !store.Host.Status.Degraded && store.Host.Status.Tiers.All(static tier => !tier.HoldsEntries)),
                s_patience,
                () => $"seed {seed}: {string.Join("; ", stores.Select(static store => store.Host.Status.ToString()))}");
            foreach (var (key, expected) in model)
            {
                foreach (var store in stores)
                {
                    var entry = await store.Store.GetAsync(key, Token);
                    var found = entry is { } alive ? Encoding.UTF8.GetString(alive.Value.Span) : null;
                    Assert.True(found == expected, $"Not kept, seed {seed}: {key} should be {expected ?? "gone"} and is {found ?? "gone"}");
                }
            }
        }
        finally
        {
            foreach (var store in stores) await store.DisposeAsync();
            SqliteConnection.ClearAllPools();
            foreach (var left in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(file) + "*")) File.Delete(left);
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task ChangeWeatherAsync(Random random, RedisServer redis, StoreFaults[] faults, bool ofOne)
    {
        switch (random.Next(6))
        {
            // Clocks are told to each other within milliseconds, which is too little for two sides that can't see each other.
            case 0 when ofOne:
                faults[random.Next(3)].Fail("redis");
                break;
            case 1:
                foreach (var fault in faults) fault.Fail("redis");
                break;
            case 2:
                await redis.KillAsync();
                await redis.RunAsync();
                break;
            case 3:
                redis.Stop();
                break;
            default:
                redis.Continue();
                foreach (var fault in faults) fault.Heal("redis");
                break;
        }
    }

    private static async Task OperateAsync(Random random, ISessionStore store, Dictionary<string, string?> model, int step, bool readFirst)
    {
        var key = $"k{random.Next(6)}";
        var value = Encoding.UTF8.GetBytes($"{key}:{step}");
        // Clocks that disagree are set right by what is read: an order that nobody could see is nobody's.
        var before = readFirst || random.Next(3) == 0 ? await store.GetAsync(key, Token) : null;
        switch (random.Next(6))
        {
            case 0:
                await store.RemoveAsync(key, Token);
                model[key] = null;
                break;
            case 1:
                if (await store.AddAsync(key, value, s_life, Token) is not null) model[key] = $"{key}:{step}";
                break;
            case 2 when before is { } entry:
                await ReplaceAsync(store, model, key, value, entry.Stamp);
                break;
            default:
                await store.SetAsync(key, value, s_life, Token);
                model[key] = $"{key}:{step}";
                break;
        }
    }

    private static async Task ReplaceAsync(ISessionStore store, Dictionary<string, string?> model, string key, byte[] value, Stamp expected)
    {
        try
        {
            if (await store.ReplaceAsync(key, value, s_life, expected, Token) is not null) model[key] = Encoding.UTF8.GetString(value);
        }
        catch (SessionStoreUnavailableException)
        {
            // Nobody knows: what is written next decides.
            await store.SetAsync(key, value, s_life, Token);
            model[key] = Encoding.UTF8.GetString(value);
        }
    }
}
