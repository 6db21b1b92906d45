using System.Text;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.SessionStore.Tests.Outages;

/// <summary>Servers that hold other programs' data, grant few rights, restart with old data, or refuse us.</summary>
public sealed class StrangeServers
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task What_another_program_left_under_a_key_is_overwritten_and_removed_and_harms_nothing()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var running = await StartAsync(redis.Url);
        await redis.AskAsync("SET", "text", new string('{', 200));
        await redis.AskAsync("HSET", "hash", "field", "value");
        foreach (var key in (string[])["text", "hash"])
        {
            for (var i = 0; i < 5; i++) Assert.Null(await running.Store.GetAsync(key, Token));
            Assert.Null(await running.Store.AddAsync(key, Bytes("x"), s_minute, Token));
            Assert.Null(await running.Store.ReplaceAsync(key, Bytes("x"), s_minute, new(1, 0, 1), Token));
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await running.Store.IncrementAsync(key, 1, s_minute, Token));
            await running.Store.SetAsync(key, Bytes("ours"), s_minute, Token);
            Assert.Equal("ours", await TextAsync(running, key));
        }

        await redis.AskAsync("DEL", "text", "hash");
        await redis.AskAsync("SET", "text", new string('{', 200));
        await redis.AskAsync("HSET", "hash", "field", "value");
        Assert.True(await running.Store.RemoveAsync("text", Token));
        Assert.True(await running.Store.RemoveAsync("hash", Token));
        Assert.False(await running.Store.RemoveAsync("hash", Token));
        Assert.False(running.Host.Status.Degraded);
    }

    [Fact]
    public async Task Large_values_are_fenced_as_small_ones_are()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var ahead = await StartAsync(redis.Url, new SkewedTime(TimeSpan.FromHours(2)));
        await using var running = await StartAsync(redis.Url);
        await ahead.Store.SetAsync("k", new byte[20_000], TimeSpan.FromHours(4), Token);
        var stamp = await running.Store.SetAsync("k", new byte[30_000], s_minute, Token);
        Assert.Equal((30_000, stamp), ((await running.Store.GetAsync("k", Token))!.Value.Value.Length, (await running.Store.GetAsync("k", Token))!.Value.Stamp));
    }

    [Fact]
    public async Task What_the_server_keeps_beyond_its_end_is_not_there()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var running = await StartAsync(redis.Url);
        foreach (var key in (string[])["add", "replace", "remove", "set"])
        {
            var stamp = await running.Store.SetAsync(key, Bytes("short"), TimeSpan.FromMilliseconds(200), Token);
            await redis.AskAsync("PERSIST", key);
            await Eventually.TrueAsync(async () => await running.Store.GetAsync(key, Token) is null, s_patience, () => "It lives on.");
            if (key == "add") Assert.NotNull(await running.Store.AddAsync(key, Bytes("x"), s_minute, Token));
            if (key == "replace") Assert.Null(await running.Store.ReplaceAsync(key, Bytes("x"), s_minute, stamp, Token));
            if (key == "remove") Assert.False(await running.Store.RemoveAsync(key, Token));
            if (key == "set") await running.Store.SetAsync(key, Bytes("x"), s_minute, Token);
        }

        Assert.Equal(("x", null, null, "x"), (await TextAsync(running, "add"), await TextAsync(running, "replace"), await TextAsync(running, "remove"), await TextAsync(running, "set")));
    }

    [Fact]
    public async Task A_user_who_may_not_ask_for_role_and_facts_is_enough()
    {
        await using var redis = await RedisServer.StartAsync("--user", "poor", "on", ">secret", "~*", "&*", "-@all", "+@read", "+@write", "+@scripting", "+@connection", "+@pubsub", "-info", "-role");
        await using var running = await StartAsync($"redis://poor:secret@127.0.0.1:{redis.Port}");
        Assert.Equal("closed", running.Host.Status.Tiers[0].State);
        await running.Store.SetAsync("k", Bytes("v"), s_minute, Token);
        Assert.Equal("v", await TextAsync(running, "k"));
        Assert.False(running.Host.Status.Degraded);
    }

    [Fact]
    public async Task A_server_that_restarts_from_an_old_snapshot_gets_the_newest_writes_again()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var running = await StartAsync(redis.Url);
        await running.Store.SetAsync("k", Bytes("old"), s_minute, Token);
        await running.Store.SetAsync("gone", Bytes("old"), s_minute, Token);
        await redis.AskAsync("SAVE");
        await running.Store.SetAsync("k", Bytes("new"), s_minute, Token);
        await running.Store.RemoveAsync("gone", Token);
        await redis.KillAsync();
        await redis.RunAsync();
        await Eventually.TrueAsync(() => !running.Host.Status.Degraded && running.Log.Count("serves again") > 0, s_patience, () => string.Join('\n', running.Log.Lines));
        Assert.Equal("new", await TextAsync(running, "k"));
        Assert.Null(await TextAsync(running, "gone"));
        Assert.Equal(("redis", true), (running.Host.Status.Server!.Kind, running.Log.Count("written again") > 0));
    }

    [Fact]
    public async Task A_replica_is_not_written_to()
    {
        await using var primary = await RedisServer.StartAsync();
        await using var replica = await RedisServer.StartAsync("--replicaof", "127.0.0.1", $"{primary.Port}");
        await using var running = await StartAsync(replica.Url);
        await running.Store.SetAsync("k", Bytes("v"), s_minute, Token);
        Assert.True(running.Host.Status.Degraded);
        await replica.AskAsync("REPLICAOF", "NO", "ONE");
        await Eventually.TrueAsync(() => !running.Host.Status.Degraded && running.Host.Status.PendingPromotions == 0, s_patience, () => $"{running.Host.Status.Server}");
        Assert.False(((byte[]?)await replica.AskAsync("GET", "k")) is null);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static async Task<string?> TextAsync(RunningStore store, string key) =>
        await store.Store.GetAsync(key, Token) is { } entry ? Encoding.UTF8.GetString(entry.Value.Span) : null;

    private static Task<RunningStore> StartAsync(string address, TimeProvider? time = null)
    {
        Assert.True(StoreUrl.TryParse(address, out var url, out var problem), problem);
        return RunningStore.StartAsync(new() { Server = url, OperationTimeout = TimeSpan.FromSeconds(1), Breaker = new() { SlowAfter = TimeSpan.FromSeconds(1) } }, time);
    }
}
