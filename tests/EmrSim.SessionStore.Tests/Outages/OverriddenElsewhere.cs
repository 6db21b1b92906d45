using EmrSim.Server.Tests.Processes;

namespace EmrSim.SessionStore.Tests.Outages;

/// <summary>
/// What one instance wrote for an hour, and another removed or replaced by something shorter, does not come back from the journal of
/// the first when the server loses its data later.
/// </summary>
public sealed class OverriddenElsewhere
{
    private static readonly TimeSpan s_short = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    // Later than a short life and a tombstone that knows nothing of the life that it ended.
    private static readonly TimeSpan s_later = TimeSpan.FromMinutes(6);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly MovableTime _time = new();

    [Fact]
    public async Task A_redis_that_comes_back_empty()
    {
        await using var redis = await RedisServer.StartAsync("--appendonly", "no");
        await StaysGoneAsync(redis.Url, async () =>
        {
            await redis.KillAsync();
            await redis.RunAsync();
        });
    }

    [Fact]
    public async Task A_memcached_that_comes_back_empty()
    {
        await using var memcached = await MemcachedServer.StartAsync();
        await StaysGoneAsync(memcached.Url, async () =>
        {
            await memcached.KillAsync();
            await memcached.RunAsync();
        });
    }

    [Fact]
    public async Task A_redis_that_comes_back_with_its_data_after_the_one_that_removed_has_ended()
    {
        await using var redis = await RedisServer.StartAsync("--appendonly", "yes");
        await using var one = await StartAsync(redis.Url);
        await one.Store.SetAsync("k", "old"u8.ToArray(), s_long, Token);
        await using (var two = await StartAsync(redis.Url))
        {
            Assert.True(await two.Store.RemoveAsync("k", Token));
            // A second removal shortens nothing.
            Assert.False(await two.Store.RemoveAsync("k", Token));
        }

        Assert.InRange((long)await redis.AskAsync("PTTL", "k"), s_long.TotalMilliseconds - 60_000, s_long.TotalMilliseconds);
        _time.Forward(s_later);
        await redis.KillAsync();
        await redis.RunAsync();
        await Eventually.TrueAsync(() => !one.Host.Status.Degraded && one.Log.Count("serves again") > 0, s_patience, () => string.Join('\n', one.Log.Lines));
        Assert.Null(await one.Store.GetAsync("k", Token));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private async Task StaysGoneAsync(string address, Func<Task> loseAsync)
    {
        await using var one = await StartAsync(address);
        await using var two = await StartAsync(address);
        string[] keys = ["removed", "set", "replaced", "added"];
        foreach (var key in keys) await one.Store.SetAsync(key, "old"u8.ToArray(), s_long, Token);
        Assert.True(await two.Store.RemoveAsync("removed", Token));
        await two.Store.SetAsync("set", "new"u8.ToArray(), s_short, Token);
        Assert.NotNull(await two.Store.ReplaceAsync("replaced", "new"u8.ToArray(), s_short, (await two.Store.GetAsync("replaced", Token))!.Value.Stamp, Token));
        await two.Store.RemoveAsync("added", Token);
        Assert.NotNull(await two.Store.AddAsync("added", "new"u8.ToArray(), s_short, Token));
        foreach (var store in (RunningStore[])[one, two]) await store.Store.SetAsync($"{store.Host.Instance}", "witness"u8.ToArray(), s_long, Token);

        _time.Forward(s_later);
        await loseAsync();
        foreach (var store in (RunningStore[])[one, two])
        {
            await Eventually.TrueAsync(
                async () => !store.Host.Status.Degraded && await one.Store.GetAsync($"{store.Host.Instance}", Token) is not null,
                s_patience,
                () => string.Join('\n', store.Log.Lines));
        }

        foreach (var key in keys)
        {
            foreach (var store in (RunningStore[])[one, two]) Assert.True(await store.Store.GetAsync(key, Token) is null, key);
        }
    }

    private Task<RunningStore> StartAsync(string address) =>
        RunningStore.StartAsync(new() { Server = StoreUrl.Parse(address), OperationTimeout = TimeSpan.FromSeconds(1), Breaker = new() { SlowAfter = TimeSpan.FromSeconds(1) } }, _time);
}
