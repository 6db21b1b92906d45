using System.Globalization;
using System.Text;
using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Faults;
using EmrSim.SessionStore.Tests.Contract;

namespace EmrSim.SessionStore.Tests.Outages;

/// <summary>Thousands of entries that were written below go up while several instances read, count and write them.</summary>
public sealed class Promotion(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private const int Entries = 5_000;
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task What_is_being_moved_is_found_at_every_moment_and_counted_once()
    {
        await using var redis = await RedisServer.StartAsync();
        var database = Databases.Postgres(await postgres.CreateDatabaseAsync());
        var faults = new StoreFaults();
        await using var one = await StartAsync(redis, database, faults);
        await using var two = await StartAsync(redis, database, faults);
        RunningStore[] both = [one, two];
        faults.Fail("redis");
        await Parallel.ForAsync(0, Entries, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Token }, async (n, ct) => await both[n % 2].Store.SetAsync(Key(n), Bytes(n), s_life, ct));
        for (var n = 0; n < 50; n++) await both[n % 2].Store.IncrementAsync(Counter(n), n + 1, s_life, Token);
        await one.Store.RemoveAsync(Key(0), Token);

        faults.Heal("redis");
        var reads = 0;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var readers = both.Select(store => Task.Run(
            async () =>
            {
                // Until it has found the server again an instance cannot see what another has moved there.
                await Eventually.TrueAsync(() => !store.Host.Status.Degraded, s_patience, () => $"{store.Host.Status}");
                for (var random = new Random(7); !over.IsCancellationRequested; reads++)
                {
                    var n = random.Next(1, Entries);
                    Assert.True(await TextAsync(store, Key(n)) is "changed" or { Length: > 0 }, $"{Key(n)} was nowhere after {reads} reads");
                    if (n % 50 == 0) await store.Store.SetAsync(Key(n), "changed"u8.ToArray(), s_life, Token);
                }
            },
            Token)).ToArray();
        await Eventually.TrueAsync(
            () => both.All(static store => !store.Host.Status.Degraded && store.Host.Status.Tiers.All(static tier => !tier.HoldsEntries)),
            s_patience,
            () => $"{one.Host.Status} {two.Host.Status}");
        await over.CancelAsync();
        await Task.WhenAll(readers);

        Assert.Null(await TextAsync(two, Key(0)));
        for (var n = 1; n < Entries; n++) Assert.True(await TextAsync(two, Key(n)) is { } text && (text == "changed" || text == Text(n)), Key(n));
        for (var n = 0; n < 50; n++) Assert.Equal(n + 2, (await two.Store.IncrementAsync(Counter(n), 1, s_life, Token)).Value);
        // Instances that move the same entries at once do not stand in each other's way.
        Assert.All(both, static store => Assert.Null(store.Host.Status.Tiers[1].LastFailure));
    }

    [Fact]
    public async Task What_is_newer_above_stays_there()
    {
        await using var redis = await RedisServer.StartAsync();
        var database = Databases.Postgres(await postgres.CreateDatabaseAsync());
        var faults = new StoreFaults();
        await using var cut = await StartAsync(redis, database, faults);
        await using var other = await StartAsync(redis, database, new StoreFaults());
        faults.Fail("redis");
        for (var n = 0; n < 100; n++)
        {
            // What was begun first is on the server first, and then below.
            var (first, second) = n % 2 == 0 ? (cut, other) : (other, cut);
            await first.Store.SetAsync(Key(n), "older"u8.ToArray(), s_life, Token);
            await second.Store.SetAsync(Key(n), "newer"u8.ToArray(), s_life, Token);
        }

        faults.Heal("redis");
        await Eventually.TrueAsync(
            () => ((RunningStore[])[cut, other]).All(static store => !store.Host.Status.Degraded && store.Host.Status.Tiers.All(static tier => !tier.HoldsEntries)),
            s_patience,
            () => $"{cut.Host.Status} {other.Host.Status}");
        for (var n = 0; n < 100; n++) Assert.Equal("newer", await TextAsync(other, Key(n)));
    }

    [Fact]
    public async Task A_node_of_a_cluster_that_is_named_alone_gets_them_one_by_one()
    {
        await using var node = await RedisServer.StartAsync("--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1");
        await node.AskItselfAsync("CLUSTER", "ADDSLOTSRANGE", 0, 16383);
        await Eventually.TrueAsync(async () => ((string?)await node.AskItselfAsync("CLUSTER", "INFO"))!.Contains("cluster_state:ok", StringComparison.Ordinal), s_patience, static () => "the cluster is not whole");
        var faults = new StoreFaults();
        await using var store = await StartAsync(node, Databases.Postgres(await postgres.CreateDatabaseAsync()), faults);
        faults.Fail("redis");
        for (var n = 0; n < 500; n++) await store.Store.SetAsync(Key(n), Bytes(n), s_life, Token);
        var drill = store.Host.Status.Tiers[0].LastFailure;
        faults.Heal("redis");
        await Eventually.TrueAsync(() => !store.Host.Status.Degraded && store.Host.Status.Tiers.All(static tier => !tier.HoldsEntries), s_patience, () => $"{store.Host.Status}");
        Assert.Equal(drill, store.Host.Status.Tiers[0].LastFailure);
        for (var n = 0; n < 500; n++) Assert.Equal(Text(n), await TextAsync(store, Key(n)));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Key(int n) => string.Create(CultureInfo.InvariantCulture, $"k\"{n}");

    private static string Counter(int n) => string.Create(CultureInfo.InvariantCulture, $"c{n}");

    private static string Text(int n) => string.Create(CultureInfo.InvariantCulture, $"v{n}");

    private static byte[] Bytes(int n) => Encoding.UTF8.GetBytes(Text(n));

    private static async Task<string?> TextAsync(RunningStore store, string key) =>
        await store.Store.GetAsync(key, Token) is { } entry ? Encoding.UTF8.GetString(entry.Value.Span) : null;

    private static Task<RunningStore> StartAsync(RedisServer redis, StoreDatabase database, StoreFaults faults)
    {
        Assert.True(StoreUrl.TryParse(redis.Url, out var url, out _));
        return RunningStore.StartAsync(new() { Server = url, Database = database, Faults = faults, DatabaseTimeout = TimeSpan.FromSeconds(10), OperationTimeout = TimeSpan.FromSeconds(5), Breaker = new() { SlowAfter = TimeSpan.FromSeconds(4) } });
    }
}
