using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EmrSim.SessionStore.Memcached;

/// <summary>
/// Which server a key belongs to (consistent hashing: Karger et al., 1997; points per server as in ketama): every instance with the
/// same list of servers, in whatever order, chooses the same one, and a server more or less moves only its share of the keys.
/// </summary>
internal sealed class NodeRing
{
    private const int PointsPerNode = 160;
    private readonly (ulong Point, int Node)[] _points;

    public NodeRing(IReadOnlyList<string> nodes) => _points =
    [.. nodes
        .SelectMany(static (name, node) => Enumerable.Range(0, PointsPerNode).Select(number => (Hash($"{name}-{number}"), node)))
        .OrderBy(static point => point.Item1)];

    public int NodeOf(string key)
    {
        var hash = Hash(key);
        var (low, high) = (0, _points.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_points[middle].Point < hash) low = middle + 1;
            else high = middle;
        }

        return _points[low == _points.Length ? 0 : low].Node;
    }

    private static ulong Hash(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(text.Length) is var most && most <= 1024 ? most : 0];
        if (bytes.IsEmpty) SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        else SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(text, bytes)], hash);
        return BinaryPrimitives.ReadUInt64BigEndian(hash);
    }
}
