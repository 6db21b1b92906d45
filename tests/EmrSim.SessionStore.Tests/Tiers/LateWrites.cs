using EmrSim.SessionStore.Database;
using EmrSim.SessionStore.Memory;
using EmrSim.SessionStore.Tests.Contract;
using EmrSim.SessionStore.Tiered;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmrSim.SessionStore.Tests.Tiers;

/// <summary>A write that arrives after a newer one changes nothing, on every kind of tier: neither over a value nor over a tombstone.</summary>
public sealed class LateWrites(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private static readonly TimeSpan s_budget = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task On_memory()
    {
        await using var tier = new MemoryTier(TimeProvider.System, 100, 1_000_000, keepTombstones: true);
        await CheckAsync(tier);
    }

    [Fact]
    public async Task On_sqlite()
    {
        var file = Path.Combine(Path.GetTempPath(), $"emrsim-late-{Guid.NewGuid():N}.db");
        await using (var tier = new DatabaseTier(Databases.Sqlite(file), TimeProvider.System, s_budget)) await CheckAsync(tier);
        SqliteConnection.ClearAllPools();
        File.Delete(file);
    }

    [Fact]
    public async Task On_postgres()
    {
        await using var tier = new DatabaseTier(Databases.Postgres(await postgres.CreateDatabaseAsync()), TimeProvider.System, s_budget);
        await CheckAsync(tier);
    }

    [Fact]
    public async Task On_redis()
    {
        await using var server = await RedisServer.StartAsync();
        await CheckAsync(server.Url);
    }

    [Fact]
    public async Task On_memcached()
    {
        await using var server = await MemcachedServer.StartAsync();
        await CheckAsync(server.Url);
    }

    private static async Task CheckAsync(string address)
    {
        await using var deadlines = new Deadlines(TimeProvider.System, s_budget);
        var report = new OutageReport(TimeProvider.System, NullLogger.Instance);
        await using var tier = new ServerKinds(deadlines, new Journal(TimeProvider.System, 0, 0), new StampClock(TimeProvider.System, 1), report, 1, TimeProvider.System, NullLoggerFactory.Instance).Create(StoreUrl.Parse(address));
        await tier.StartAsync(s_budget, Token);
        await CheckAsync(tier);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task CheckAsync(IStoreTier tier)
    {
        await tier.ProbeAsync(Token);
        // The counter and the instance decide where the milliseconds agree, and a byte above 127 is more than one below.
        Stamp[] rising = [new(1000, 0, 1), new(1000, 0, 200), new(1000, 130, 1), new(1001, 0, 0), new(1L << 40, 0, 0), new((1L << 40) + 200, 0, 0)];
        for (var i = 1; i < rising.Length; i++)
        {
            var key = $"late{i}";
            Assert.True((await tier.SetAsync(key, Value("new", rising[i]), Token)).Written);
            Assert.Equal(new TierWrite(false, rising[i]), await tier.SetAsync(key, Value("late", rising[i - 1]), Token));
            Assert.Equal("new", await TextAsync(tier, key));

            Assert.True((await tier.RemoveAsync(key, Value("", rising[i]) with { Kind = EntryKind.Tombstone }, Token)).WasAlive);
            Assert.Equal(rising[i], (await tier.SetAsync(key, Value("late", rising[i - 1]), Token)).Newer);
            Assert.Equal(rising[i], (await tier.AddAsync(key, Value("late", rising[i - 1]), Token)).Newer);
            Assert.Equal(EntryKind.Tombstone, (await tier.GetAsync(key, Token))!.Value.Kind);
            Assert.Equal(rising[i], (await tier.RemoveAsync(key, Value("", rising[i - 1]) with { Kind = EntryKind.Tombstone }, Token)).Newer);
        }
    }

    private static Envelope Value(string text, Stamp stamp) =>
        new(EntryKind.Value, stamp, TimeProvider.System.GetUtcNow().AddMinutes(1).ToUnixTimeMilliseconds(), System.Text.Encoding.UTF8.GetBytes(text));

    private static async Task<string?> TextAsync(IStoreTier tier, string key) =>
        await tier.GetAsync(key, Token) is { } found ? System.Text.Encoding.UTF8.GetString(found.Value.Span) : null;
}
