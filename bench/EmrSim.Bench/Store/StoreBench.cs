using EmrSim.SessionStore;
using EmrSim.SessionStore.Redis;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace EmrSim.Bench.Store;

/// <summary>The tiered store beside the bare client it is made of, in turns within one run.</summary>
public static class StoreBench
{
    private const int Keys = 1000;
    private const int ManyCallers = 64;
    private static readonly TimeSpan s_stretch = TimeSpan.FromSeconds(0.4);
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(10);
    private static readonly byte[] s_value = new byte[200];
    private static readonly string[] s_keys = [.. Enumerable.Range(0, Keys).Select(static i => $"rtc:token:{i:D22}")];
    private static readonly RedisKey[] s_bareKeys = [.. Enumerable.Range(0, Keys).Select(static i => (RedisKey)$"bare:token:{i:D21}")];

    /// <param name="findings">Where the figures go.</param>
    /// <param name="isShort">Long enough for what is allocated, too short for times.</param>
    public static async Task RunAsync(Findings findings, bool isShort)
    {
        await OnRedisAsync(findings, isShort ? 6 : 60);
        if (!isShort) await BesidePeersAsync(findings);
        await InMemoryAsync(findings);
    }

    /// <summary>In turns, at one caller by time and at many by rate.</summary>
    private static async Task BesidePeersAsync(Findings findings)
    {
        await using var redis = await RedisBeside.StartAsync();
        var url = StoreUrl.Parse(redis.Url);
        await using var host = await StartAsync(new() { Server = url });
        await using var peers = await Peers.StartAsync(url, host.Store, s_value);
        Lap[] laps = [.. peers.All.SelectMany(static peer => (Lap[])
        [
            new($"{peer.Name} set", i => peer.Set(s_keys[i], CancellationToken.None)),
            new($"{peer.Name} get", i => peer.Get(s_keys[i])),
        ])];
        await Lap.InTurnsAsync(rounds: 12, each: 200, laps);
        var rates = new double[laps.Length];
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < laps.Length; i++) rates[i] = Math.Max(rates[i], await laps[i].RateAsync(ManyCallers, Keys, s_stretch));
        }

        Findings.Say($"On Redis beside the libraries, 200 bytes, one caller and {ManyCallers}");
        for (var i = 0; i < laps.Length; i++) Findings.Say($"  {laps[i]}   {rates[i],7:F0} /s at {ManyCallers} callers");
        for (var i = 0; i < 2; i++)
        {
            var operation = i == 0 ? "set" : "get";
            findings.Add($"peers.{operation}.one_by_best_peer", laps[2 + i].MedianMicroseconds / Enumerable.Range(2, peers.All.Count - 2).Min(peer => laps[(2 * peer) + i].MedianMicroseconds), "times", "<= 1.3");
            findings.Add($"peers.{operation}.many_by_best_peer", rates[2 + i] / Enumerable.Range(2, peers.All.Count - 2).Max(peer => rates[(2 * peer) + i]), "times", ">= 0.9");
        }
    }

    private static async Task OnRedisAsync(Findings findings, int rounds)
    {
        await using var redis = await RedisBeside.StartAsync();
        if (!StoreUrl.TryParse(redis.Url, out var url, out var problem)) throw new InvalidOperationException(problem);
        await using var host = await StartAsync(new() { Server = url });
        if (host.Status.Server is not { Connected: true }) throw new InvalidOperationException("The store does not use its server.");
        var store = host.Store;
        await using var client = await ConnectionMultiplexer.ConnectAsync(RedisOptions.For(url));
        var bare = client.GetDatabase();

        var bareSet = new Lap("bare SET", async i => await bare.StringSetAsync(s_bareKeys[i], s_value, s_life));
        var storeSet = new Lap("store set", async i => await store.SetAsync(s_keys[i], s_value, s_life));
        var bareGet = new Lap("bare GET", async i => _ = (byte[]?)await bare.StringGetAsync(s_bareKeys[i]));
        var storeGet = new Lap("store get", async i => _ = await store.GetAsync(s_keys[i]));
        await Lap.InTurnsAsync(rounds, each: Keys / 2, bareSet, storeSet, bareGet, storeGet);

        Findings.Say("Session store on Redis, beside bare StackExchange.Redis, 200 bytes, one caller");
        foreach (var lap in (Lap[])[bareSet, storeSet, bareGet, storeGet]) Findings.Say($"  {lap}");
        findings.Add("redis.set.latency_ratio", storeSet.MedianMicroseconds / bareSet.MedianMicroseconds, "times", "<= 1.3");
        findings.Add("redis.get.latency_ratio", storeGet.MedianMicroseconds / bareGet.MedianMicroseconds, "times", "<= 1.3");
        findings.Add("redis.set.bytes_above_bare", storeSet.BytesEach - bareSet.BytesEach, "bytes", "<= 200");
        findings.Add("redis.get.bytes_above_bare", storeGet.BytesEach - bareGet.BytesEach, "bytes", "<= 200");
    }

    private static async Task InMemoryAsync(Findings findings)
    {
        await using var host = await StartAsync(new());
        var before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var key in s_keys) await host.Store.SetAsync(key, s_value, s_life);
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;

        var set = new Lap("set", async i => await host.Store.SetAsync(s_keys[i], s_value, s_life));
        var get = new Lap("get", async i => _ = await host.Store.GetAsync(s_keys[i]));
        await Lap.InTurnsAsync(rounds: 200, each: Keys, set, get);
        Findings.Say("Session store in memory, 200 bytes, one caller");
        findings.Add("memory.set.nanoseconds", set.MeanNanoseconds, "ns", "< 1000");
        findings.Add("memory.get.nanoseconds", get.MeanNanoseconds, "ns", "< 1000");
        findings.Add("memory.set.bytes", set.BytesEach, "bytes", "the copy of the value, 224");
        findings.Add("memory.get.bytes", get.BytesEach, "bytes", "0");
        findings.Add("memory.thousand_tokens_bytes", held, "bytes", "< 1,000,000");
    }

    private static async Task<SessionStoreHost> StartAsync(SessionStoreOptions options)
    {
        var host = new SessionStoreHost(options, TimeProvider.System, NullLoggerFactory.Instance);
        await host.StartAsync(CancellationToken.None);
        return host;
    }
}
