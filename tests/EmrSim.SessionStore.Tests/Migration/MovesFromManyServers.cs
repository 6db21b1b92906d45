using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Redis;
using EmrSim.SessionStore.Tiered;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmrSim.SessionStore.Tests.Migration;

public sealed class MovesFromManyServers : BetweenTwoServers
{
    private const int Keys = 300;

    [Fact]
    public async Task Copy_every_part_of_a_cluster()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var fleet = await MovingFleet.StartAsync(2, cluster.Url);
        for (var i = 0; i < Keys; i++) await fleet.Stores[i % 2].SetAsync($"k:{i}", Bytes($"{i}"), Life, Token);
        await AllToldOrNoneAsync(cluster);
        await Migration().RunAsync(cluster.Url, NewUrl, Told.Add, Token);
        foreach (var server in cluster.Servers) await server.KillAsync();
        for (var i = 0; i < Keys; i++) Assert.Equal($"{i}", await TextAsync(fleet.Stores[0], $"k:{i}"));
        Assert.Equal("redis", fleet.Hosts[0].Host.Status.Server!.Kind);
        await fleet.HealthyAsync();
    }

    [Fact]
    public async Task Follow_the_sentinels_to_their_primary()
    {
        await using var group = await RedisSentinel.StartAsync();
        await using var fleet = await MovingFleet.StartAsync(2, group.Url);
        for (var i = 0; i < Keys; i++) await fleet.Stores[i % 2].SetAsync($"k:{i}", Bytes($"{i}"), Life, Token);
        await Migration().RunAsync(group.Url, NewUrl, Told.Add, Token);
        foreach (var server in group.Servers) await server.KillAsync();
        for (var i = 0; i < Keys; i++) Assert.Equal($"{i}", await TextAsync(fleet.Stores[0], $"k:{i}"));
        await fleet.HealthyAsync();
    }

    // While one of its primaries is away, and until its replica is in its place.
    private static async Task AllToldOrNoneAsync(RedisCluster cluster)
    {
        await using var connection = new RedisConnection(StoreUrl.Parse(cluster.Url), TimeProvider.System, NullLogger.Instance);
        await connection.StartAsync(TimeSpan.FromSeconds(10), Token);
        Assert.Equal(Keys, await CountAsync(connection));
        await (await cluster.PrimaryOfAsync("k:1")).KillAsync();
        var refused = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    var count = await CountAsync(connection);
                    Assert.Equal(Keys, count);
                    return true;
                }
                catch (Exception away) when (away is TierUnavailableException or StackExchange.Redis.RedisException or TimeoutException)
                {
                    refused++;
                    await connection.LookAgainAsync();
                    return false;
                }
            },
            TimeSpan.FromSeconds(60),
            static () => "the cluster does not come together");
        Assert.NotEqual(0, refused);
        await cluster.MendedAsync();
    }

    private static async Task<int> CountAsync(RedisConnection connection) => await connection.KeysAsync(Token).CountAsync(static key => key.StartsWith("k:", StringComparison.Ordinal), Token);
}
