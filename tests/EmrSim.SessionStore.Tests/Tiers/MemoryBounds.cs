using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EmrSim.SessionStore.Tests.Tiers;

public sealed class MemoryBounds
{
    private static readonly byte[] s_token = new byte[200];

    [Fact]
    public async Task The_soonest_to_expire_goes_first()
    {
        await using var host = new SessionStoreHost(new SessionStoreOptions { MemoryEntries = 100 }, TimeProvider.System, NullLoggerFactory.Instance);
        for (var i = 0; i < 150; i++) await host.Store.SetAsync($"k{i}", s_token, TimeSpan.FromMinutes(200 - i), Token);
        Assert.NotNull(await host.Store.GetAsync("k0", Token));
        Assert.Null(await host.Store.GetAsync("k120", Token));
    }

    [Fact]
    public async Task What_has_expired_leaves_memory_without_being_asked_for()
    {
        var time = new FakeTimeProvider();
        await using var tier = new Memory.MemoryTier(time, 100_000, long.MaxValue, keepTombstones: false);
        for (var i = 0; i < 1000; i++)
            await tier.SetAsync($"k{i}", new(Tiered.EntryKind.Value, new Stamp(i, 0, 1), time.GetUtcNow().AddSeconds(60).ToUnixTimeMilliseconds(), s_token), Token);
        Assert.Equal(1000, tier.Held);
        time.Advance(TimeSpan.FromSeconds(66));
        Assert.Equal(0, tier.Held);
        Assert.False(tier.MayHoldAny);
    }

    [Fact]
    public async Task A_thousand_tokens_take_less_than_a_megabyte()
    {
        await using var host = new SessionStoreHost(new SessionStoreOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        await host.Store.SetAsync("warm", s_token, TimeSpan.FromMinutes(1), Token);
        var keys = Enumerable.Range(0, 1000).Select(static i => $"rtc:token:{i:D22}").ToArray();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var key in keys) await host.Store.SetAsync(key, s_token, TimeSpan.FromMinutes(1), Token);
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.InRange(held, 1, 1_000_000);
        GC.KeepAlive(keys);
    }

    [Fact]
    public async Task Overwriting_one_key_for_ever_does_not_grow()
    {
        await using var host = new SessionStoreHost(new SessionStoreOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        for (var i = 0; i < 5000; i++) await host.Store.SetAsync("k", s_token, TimeSpan.FromDays(1), Token);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 100_000; i++) await host.Store.SetAsync("k", s_token, TimeSpan.FromDays(1), Token);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 500_000);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}
