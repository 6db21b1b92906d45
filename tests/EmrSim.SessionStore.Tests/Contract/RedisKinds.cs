namespace EmrSim.SessionStore.Tests.Contract;

public sealed class SentinelWithPasswords : IAsyncLifetime
{
    public RedisSentinel Group { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Group = await RedisSentinel.StartAsync("p@ss%w", "w@tch%", downAfterMs: 30_000);

    public ValueTask DisposeAsync() => Group?.DisposeAsync() ?? ValueTask.CompletedTask;
}

public sealed class ClusterWithAUser : IAsyncLifetime
{
    public RedisCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await RedisCluster.StartAsync("p@ss%w", user: "robin");

    public ValueTask DisposeAsync() => Cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}

[CollectionDefinition(nameof(SharedSentinel))]
public sealed class SharedSentinel : ICollectionFixture<SentinelWithPasswords>;

[Collection(nameof(SharedSentinel))]
public sealed class OnSentinel(SentinelWithPasswords servers) : StoreContract
{
    protected override string FirstTier => "redis";

    protected override ValueTask<SessionStoreOptions> OptionsAsync() => new(SharedServer.Options(servers.Group.Url));
}

public sealed class OnCluster(ClusterWithAUser servers) : StoreContract, IClassFixture<ClusterWithAUser>
{
    protected override string FirstTier => "redis";

    protected override ValueTask<SessionStoreOptions> OptionsAsync() => new(SharedServer.Options(servers.Cluster.Url));
}

public sealed class SentinelWithTls : IAsyncLifetime
{
    public RedisSentinel Group { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Group = await RedisSentinel.StartAsync("p@ss%w", "w@tch%", downAfterMs: 30_000, tls: true, sentinelUser: "watch");

    public ValueTask DisposeAsync() => Group?.DisposeAsync() ?? ValueTask.CompletedTask;
}

public sealed class ClusterWithTls : IAsyncLifetime
{
    public RedisCluster Cluster { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Cluster = await RedisCluster.StartAsync("p@ss%w", tls: true);

    public ValueTask DisposeAsync() => Cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}

[CollectionDefinition(nameof(SharedSentinelWithTls))]
public sealed class SharedSentinelWithTls : ICollectionFixture<SentinelWithTls>;

[CollectionDefinition(nameof(SharedClusterWithTls))]
public sealed class SharedClusterWithTls : ICollectionFixture<ClusterWithTls>;

[Collection(nameof(SharedSentinelWithTls))]
public sealed class OnSentinelWithTls(SentinelWithTls servers) : StoreContract
{
    protected override string FirstTier => "redis";

    protected override ValueTask<SessionStoreOptions> OptionsAsync() => new(SharedServer.Options(servers.Group.Url));
}

[Collection(nameof(SharedClusterWithTls))]
public sealed class OnClusterWithTls(ClusterWithTls servers) : StoreContract
{
    protected override string FirstTier => "redis";

    protected override ValueTask<SessionStoreOptions> OptionsAsync() => new(SharedServer.Options(servers.Cluster.Url));
}

public sealed class OnValkey : OnAnotherServer
{
    protected override string Program => "valkey-server";

    protected override string Scheme => "valkey";
}

public sealed class OnKeyDb : OnAnotherServer
{
    protected override string Program => "keydb-server";

    protected override string Scheme => "keydb";
}

/// <summary>Servers that speak as Redis does, where the machine has them.</summary>
public abstract class OnAnotherServer : OnRedis
{
    protected abstract string Program { get; }

    protected abstract string Scheme { get; }

    protected override RedisServer Prepare()
    {
        // test.sh knows reasons that begin so as no failure in CI: no distribution that it runs on has these packages.
        if (!RedisServer.IsOnThePath(Program)) Assert.Skip($"Optional server missing: {Program} is not on the PATH");
        return RedisServer.Prepare([], program: Program);
    }

    protected override string Address(RedisServer server) => $"{Scheme}://127.0.0.1:{server.Port}";
}

internal static class SharedServer
{
    public static SessionStoreOptions Options(string address)
    {
        Assert.True(StoreUrl.TryParse(address, out var url, out var problem), problem);
        return new() { Server = url, OperationTimeout = TimeSpan.FromSeconds(2), Breaker = new() { SlowAfter = TimeSpan.FromSeconds(1) } };
    }
}
