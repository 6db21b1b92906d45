namespace EmrSim.Fleet.Tests.Instances;

/// <summary>What the session store runs on: one Redis, one with replicas and sentinels, or a cluster.</summary>
public sealed record StoreServers(string Name) : IAsyncDisposable
{
    public RedisServer? Redis { get; private init; }

    /// <summary>What the one Redis asks for.</summary>
    public string? Password { get; private init; }

    public RedisSentinel? Sentinel { get; private init; }

    public RedisCluster? Cluster { get; private init; }

    /// <summary>The address for all instances; null when each has a link of its own.</summary>
    public string? Url => Cluster?.Url ?? Sentinel?.Url;

    public static async Task<StoreServers> AloneAsync() => new("Redis") { Redis = await RedisServer.StartAsync("--appendonly", "yes") };

    public static async Task<StoreServers> LockedAsync()
    {
        var password = Guid.NewGuid().ToString("N");
        var redis = RedisServer.Prepare(["--requirepass", password], options => options.Password = password);
        await redis.RunAsync();
        return new("Redis") { Redis = redis, Password = password };
    }

    public static async Task<StoreServers> GuardedAsync() => new("Sentinel") { Sentinel = await RedisSentinel.StartAsync() };

    public static async Task<StoreServers> ClusteredAsync() => new("Cluster") { Cluster = await RedisCluster.StartAsync() };

    public StoreLink? Link() => Redis is null ? null : new(Redis.Port);

    public async ValueTask DisposeAsync()
    {
        if (Redis is not null) await Redis.DisposeAsync();
        if (Sentinel is not null) await Sentinel.DisposeAsync();
        if (Cluster is not null) await Cluster.DisposeAsync();
    }
}
