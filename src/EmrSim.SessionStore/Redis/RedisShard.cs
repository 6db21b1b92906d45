using System.Globalization;
using System.Net;
using EmrSim.SessionStore.Tiered;
using StackExchange.Redis;

namespace EmrSim.SessionStore.Redis;

/// <summary>A primary with its part of the keys: all of them but in a cluster.</summary>
internal sealed class RedisShard
{
    private const int AllSlots = 16384;
    private const int MostTries = 200_000;
    private readonly ConnectionMultiplexer _client;
    private readonly IReadOnlyList<SlotRange>? _slots;

    private RedisShard(ConnectionMultiplexer client, IServer server, string id, IReadOnlyList<SlotRange>? slots) =>
        (_client, Server, Id, _slots) = (client, server, id, slots);

    /// <summary>By which the primary is told from another that takes its place.</summary>
    public string Id { get; }

    public IServer Server { get; }

    private string Part => $"{Id} {string.Join(',', _slots ?? [])}";

    public static RedisShard Whole(ConnectionMultiplexer client)
    {
        var server = client.GetServers()[0];
        return new(client, server, $"{server.EndPoint}", null);
    }

    /// <summary>The primaries as this node of the cluster sees them; throws unless each slot has one that can be written to.</summary>
    public static async Task<IReadOnlyList<RedisShard>> AskAsync(ConnectionMultiplexer client, IServer node)
    {
        var told = await node.ClusterSlotsAsync().ConfigureAwait(false);
        var shards = new List<RedisShard>();
        var covered = 0;
        foreach (var primary in (told?.Assignments ?? []).GroupBy(static part => part.Primary.NodeId ?? $"{part.Primary.EndPoint}"))
        {
            // Who does not know its own address is who answered.
            var address = primary.First().Primary.EndPoint ?? node.EndPoint;
            if (Find(client, address) is not { IsConnected: true, IsReplica: false } server) throw new TierUnavailableException($"the cluster's primary {address} is away");
            SlotRange[] slots = [.. primary.Select(static part => part.Slots)];
            covered += slots.Sum(static range => range.To - range.From + 1);
            shards.Add(new(client, server, primary.Key, slots));
        }

        return covered == AllSlots ? shards : throw new TierUnavailableException($"{AllSlots - covered} of the cluster's {AllSlots} slots have no primary");
    }

    /// <summary>Whether they are the same primaries with the same slots.</summary>
    public static bool AreSame(IEnumerable<RedisShard> some, IEnumerable<RedisShard> others) =>
        some.Select(static shard => shard.Part).Order(StringComparer.Ordinal).SequenceEqual(others.Select(static shard => shard.Part).Order(StringComparer.Ordinal));

    /// <summary>All of its keys, by SCAN.</summary>
    public IAsyncEnumerable<RedisKey> KeysAsync(StoreUrl url) => Server.IsReplica ? throw new TierUnavailableException(RedisAdvice.OfReplica(url.Setting)) : Server.KeysAsync(url.Database, pageSize: 500);

    public bool Owns(string key) => _slots is null || Owns(_client.GetHashSlot(key));

    /// <summary>A key that begins so and is kept here; the same one as long as the slots are the same. Null when there is hardly a slot.</summary>
    public string? KeyOf(string prefix)
    {
        if (Owns(prefix)) return prefix;
        for (var i = 0; i < MostTries; i++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"{prefix}:{i}");
            if (Owns(key)) return key;
        }

        return null;
    }

    private static IServer? Find(ConnectionMultiplexer client, EndPoint address)
    {
        try
        {
            return client.GetServer(address);
        }
        catch (ArgumentException)
        {
            // The client has not heard of it yet.
            return null;
        }
    }

    private bool Owns(int slot)
    {
        foreach (var range in _slots!)
        {
            if (slot >= range.From && slot <= range.To) return true;
        }

        return false;
    }
}
