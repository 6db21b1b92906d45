using EmrSim.SessionStore;
using EmrSim.SessionStore.Redis;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using ZiggyCreatures.Caching.Fusion;

namespace EmrSim.Bench.Store;

/// <summary>
/// The libraries that an application would take instead, on the same server and with the same client. Their copies in the process are
/// switched off: a session's state must be what the fleet last wrote, and that is what the store reads.
/// </summary>
public sealed class Peers : IAsyncDisposable
{
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(10);
    private readonly ServiceProvider _services;

    private Peers(ServiceProvider services) => _services = services;

    public IReadOnlyList<Peer> All { get; private init; } = [];

    public static async Task<Peers> StartAsync(StoreUrl url, ISessionStore store, byte[] value)
    {
        var connection = await ConnectionMultiplexer.ConnectAsync(RedisOptions.For(url));
        var bare = connection.GetDatabase();
        var services = new ServiceCollection();
        services.AddSingleton<IConnectionMultiplexer>(connection);
        services.AddStackExchangeRedisCache(options => options.ConnectionMultiplexerFactory = () => Task.FromResult<IConnectionMultiplexer>(connection));
        services.AddHybridCache();
        services.AddFusionCache().WithRegisteredDistributedCache().WithSerializer(new DistributedEntryJson());
        var built = services.BuildServiceProvider();

        var distributed = built.GetRequiredService<IDistributedCache>();
        var lives = new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = s_life };
        var hybrid = built.GetRequiredService<HybridCache>();
        var beyond = new HybridCacheEntryOptions { Expiration = s_life, Flags = HybridCacheEntryFlags.DisableLocalCache };
        var fusion = built.GetRequiredService<IFusionCache>();
        var apart = new FusionCacheEntryOptions(s_life) { SkipMemoryCacheRead = true, SkipMemoryCacheWrite = true, AllowBackgroundDistributedCacheOperations = false };
        return new(built)
        {
            All =
            [
                new("bare client", (key, _) => bare.StringSetAsync("bare:" + key, value, s_life), async key => _ = (byte[]?)await bare.StringGetAsync("bare:" + key)),
                new("session store", async (key, ct) => await store.SetAsync(key, value, s_life, ct), async key => _ = await store.GetAsync(key)),
                new("IDistributedCache", (key, ct) => distributed.SetAsync("distributed:" + key, value, lives, ct), async key => _ = await distributed.GetAsync("distributed:" + key)),
                new("HybridCache", async (key, ct) => await hybrid.SetAsync("hybrid:" + key, value, beyond, cancellationToken: ct), async key => _ = await hybrid.GetOrCreateAsync("hybrid:" + key, static _ => new ValueTask<byte[]>([]), beyond)),
                new("FusionCache", async (key, ct) => await fusion.SetAsync("fusion:" + key, value, apart, token: ct), async key => _ = await fusion.TryGetAsync<byte[]>("fusion:" + key, apart)),
            ],
        };
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

/// <summary>One way to keep a value on the server.</summary>
public sealed record Peer(string Name, Func<string, CancellationToken, Task> Set, Func<string, Task> Get);
