using System.Globalization;
using System.Text;
using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Faults;
using EmrSim.SessionStore.Tests.Contract;
using Microsoft.Data.Sqlite;

namespace EmrSim.SessionStore.Tests.Outages;

/// <summary>
/// Random operations on three instances during random outages, against a model: once all tiers agree again, every instance reads
/// the last acknowledged write of every key, and nothing that was removed or is over. Nothing is added twice where everyone could see
/// that it was there. The seed is in the message of a failure; EMRSIM_SEED repeats it.
/// </summary>
public sealed class RandomOutages(PostgresServer postgres) : IClassFixture<PostgresServer>
{
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

            var model = new RandomModel(stores, random, sameClocks, $"seed {seed}");
            for (var step = 0; step < 200; step++)
            {
                if (random.Next(12) == 0)
                {
                    await ChangeWeatherAsync(random, redis, faults, ofOne: sameClocks);
                    model.WeatherChanged();
                }

                if (!sameClocks) await Task.Delay(s_toldTo, Token);
                await model.StepAsync(step, Token);
            }

            redis.Continue();
            foreach (var fault in faults) fault.Heal("redis");
            await Eventually.TrueAsync(() => model.IsCalm, s_patience, () => $"seed {seed}: {string.Join("; ", stores.Select(static store => store.Host.Status.ToString()))}");
            await model.CheckAsync(Token);
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
}

/// <summary>What must be there after each operation, and when its life must be over.</summary>
internal sealed class RandomModel(IReadOnlyList<RunningStore> stores, Random random, bool sameClocks, string name)
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(5);
    private readonly Dictionary<string, Known> _known = [];
    private int _weather;

    /// <summary>Every instance uses the server, and nothing is below it.</summary>
    public bool IsCalm => stores.All(static store => !store.Host.Status.Degraded && store.Host.Status.Tiers.All(static tier => !tier.HoldsEntries));

    public void WeatherChanged() => _weather++;

    public async Task StepAsync(int step, CancellationToken cancellationToken)
    {
        var store = stores[random.Next(stores.Count)].Store;
        var key = $"k{random.Next(6)}";
        var text = $"{key}:{step}";
        var life = Life(key);
        // Clocks that disagree are set right by what is read: an order that nobody could see is nobody's.
        var before = !sameClocks || random.Next(3) == 0 ? await store.GetAsync(key, cancellationToken) : null;
        var (wasCalm, began) = (IsCalm, Now);
        switch (random.Next(6))
        {
            case 0:
                await RemoveAsync(store, key, cancellationToken);
                return;
            case 1:
                if (await store.AddAsync(key, Bytes(text), life, cancellationToken) is null) return;
                var surelyThere = _known.TryGetValue(key, out var known) && known is { Text: not null, InCalm: true } && known.Weather == _weather && known.EndsFrom > Now && IsCalm;
                Assert.False(wasCalm && surelyThere, $"{name}: {key} was added at step {step} although {known.Text} was there");
                break;
            case 2 when before is { } entry:
                if (!await ReplacedAsync(store, key, text, life, entry.Stamp, cancellationToken)) return;
                break;
            default:
                await store.SetAsync(key, Bytes(text), life, cancellationToken);
                break;
        }

        _known[key] = new(text, began + life, Now + life, wasCalm && IsCalm, _weather);
        if (life == s_long || _known[key].InCalm) return;
        // What a server that is away holds of it may live longer, and nobody there learns of this in time.
        await store.SetAsync(key, Bytes(text), s_long, cancellationToken);
        _known[key] = new(text, began + s_long, Now + s_long, false, _weather);
    }

    /// <summary>Every instance reads what is known.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        foreach (var (key, known) in _known)
        {
            foreach (var store in stores)
            {
                var began = Now;
                var found = await store.Store.GetAsync(key, cancellationToken) is { } alive ? Encoding.UTF8.GetString(alive.Value.Span) : null;
                if (found is null && known.EndsFrom <= Now) continue;
                Assert.True(found == known.Text && known.EndsBy >= began, $"Not kept, {name}: {key} should be {known.Text ?? "gone"} until {known.EndsBy:O} and is {found ?? "gone"} at {began:O}");
            }
        }
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private TimeSpan Life(string key)
    {
        var life = sameClocks && random.Next(3) == 0 ? TimeSpan.FromMilliseconds(random.Next(100, 3000)) : s_long;
        return IsCalm || !_known.TryGetValue(key, out var known) || known.EndsBy <= Now + life ? life : s_long;
    }

    private async Task RemoveAsync(ISessionStore store, string key, CancellationToken cancellationToken)
    {
        try
        {
            await store.RemoveAsync(key, cancellationToken);
        }
        catch (SessionStoreUnavailableException)
        {
            // Whether it was there nobody knows; that it is not there any more is sure.
        }

        _known[key] = new(null, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, false, _weather);
    }

    private static async Task<bool> ReplacedAsync(ISessionStore store, string key, string text, TimeSpan life, Stamp expected, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReplaceAsync(key, Bytes(text), life, expected, cancellationToken) is not null;
        }
        catch (SessionStoreUnavailableException)
        {
            // Nobody knows: what is written next decides.
            await store.SetAsync(key, Bytes(text), life, cancellationToken);
            return true;
        }
    }

    private readonly record struct Known(string? Text, DateTimeOffset EndsFrom, DateTimeOffset EndsBy, bool InCalm, int Weather);
}
