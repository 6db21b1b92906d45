using System.Diagnostics;
using System.Reflection;
using EmrSim.SessionStore.Redis;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace EmrSim.SessionStore.Tests.Tiers;

/// <summary>What an operation costs the garbage collector; the limits are the budgets of bench/ and a third more.</summary>
[Collection(nameof(Alone))]
public sealed class Allocations
{
    private const int AboveBare = 266;
    private static readonly byte[] s_token = new byte[200];
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Memory_allocates_the_copy_of_a_value_that_is_set_and_nothing_for_one_that_is_read()
    {
        NeedOptimizedCode();
        await using var host = new SessionStoreHost(new SessionStoreOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        Assert.InRange(await BytesEachAsync(async () => await host.Store.SetAsync("k", s_token, s_life, Token)), 200, 300);
        Assert.InRange(await BytesEachAsync(async () => await host.Store.GetAsync("k", Token)), 0, 32);
    }

    [Fact]
    public async Task Redis_allocates_little_above_the_bare_client()
    {
        NeedOptimizedCode();
        await using var redis = await RedisServer.StartAsync();
        Assert.True(StoreUrl.TryParse(redis.Url, out var url, out _));
        await using var running = await RunningStore.StartAsync(new() { Server = url });
        await using var client = await ConnectionMultiplexer.ConnectAsync(RedisOptions.For(url));
        var bare = client.GetDatabase();

        var bareSet = await BytesEachAsync(async () => await bare.StringSetAsync("bare", s_token, s_life));
        var set = await BytesEachAsync(async () => await running.Store.SetAsync("k", s_token, s_life, Token));
        var bareGet = await BytesEachAsync(async () => _ = (byte[]?)await bare.StringGetAsync("bare"));
        var get = await BytesEachAsync(async () => await running.Store.GetAsync("k", Token));
        Assert.InRange(set - bareSet, -1000, AboveBare);
        Assert.InRange(get - bareGet, -1000, AboveBare);
        Assert.Equal("closed", running.Host.Status.Tiers[0].State);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Without optimization every asynchronous method allocates its state; test.sh builds Release.
    private static void NeedOptimizedCode() => Assert.SkipWhen(
        typeof(SessionStoreHost).Assembly.GetCustomAttribute<DebuggableAttribute>() is { IsJITOptimizerDisabled: true },
        "Allocations are those of a Release build.");

    /// <summary>The least of several stretches: what else allocates in the process only ever adds.</summary>
    private static async Task<double> BytesEachAsync(Func<Task> operation)
    {
        const int Stretch = 500;
        var least = double.MaxValue;
        for (var round = 0; round < 20; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < Stretch; i++) await operation();
            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Stretch);
        }

        return least;
    }
}

/// <summary>Tests that count what the whole process does run while no other test does.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
