using System.Globalization;
using System.Text;
using EmrSim.SessionStore;

namespace EmrSim.Server.Doctor;

/// <summary>A primary of a cluster with its part of the slots, as a node tells it.</summary>
internal sealed record ClusterPrimary(string Id, StoreEndpoint Endpoint, IReadOnlyList<(int First, int Last)> Slots)
{
    public bool Owns(int slot) => Slots.Any(range => slot >= range.First && slot <= range.Last);
}

/// <summary>A cluster as one of its nodes sees it.</summary>
/// <param name="Id">The node's own.</param>
/// <param name="Primaries">Those with slots.</param>
internal sealed record ClusterView(string Id, IReadOnlyList<ClusterPrimary> Primaries)
{
    private const int Slots = 16384;
    private const int MostTries = 200_000;

    /// <summary>The node's own part; null for a replica and for a primary without slots.</summary>
    public ClusterPrimary? Own => Primaries.FirstOrDefault(primary => primary.Id == Id);

    /// <summary>By CLUSTER SLOTS, which names the nodes as the store's client is told them.</summary>
    public static ClusterView Parse(RedisReply id, RedisReply slots, StoreEndpoint asked)
    {
        var parts = slots.Items
            .Select(static part => part.Items)
            .Where(static part => part.Count >= 3 && part[2].Items.Count >= 2)
            .Select(part => (Primary: part[2].Items, First: Number(part[0]), Last: Number(part[1])))
            .Select(part => (Id: part.Primary.Count > 2 ? part.Primary[2].Text : $"{part.Primary[0].Text}:{part.Primary[1].Text}", Endpoint: Endpoint(part.Primary, asked), part.First, part.Last));
        return new(id.Text, [.. parts.GroupBy(static part => part.Id).Select(static primary => new ClusterPrimary(primary.Key, primary.First().Endpoint, [.. primary.Select(static part => (part.First, part.Last))]))]);
    }

    /// <summary>A key that begins so and that this primary keeps; null when it has hardly a slot.</summary>
    public static string? KeyOf(ClusterPrimary primary, string prefix) => Enumerable.Range(0, MostTries).Select(number => $"{prefix}:{number}").FirstOrDefault(key => primary.Owns(SlotOf(key)));

    // CRC16 (XMODEM), as the cluster's specification has it.
    private static int SlotOf(string key)
    {
        var sum = 0;
        foreach (var one in Encoding.UTF8.GetBytes(key))
        {
            sum ^= one << 8;
            for (var bit = 0; bit < 8; bit++) sum = (sum & 0x8000) == 0 ? sum << 1 : (sum << 1) ^ 0x1021;
        }

        return sum & (Slots - 1);
    }

    // Who does not know its own address is who answered.
    private static StoreEndpoint Endpoint(IReadOnlyList<RedisReply> node, StoreEndpoint asked) =>
        new(node[0].Text is { Length: > 0 } host and not "?" ? host : asked.Host, Number(node[1]) is var port && port > 0 ? port : asked.Port);

    private static int Number(RedisReply reply) => int.TryParse(reply.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
}
