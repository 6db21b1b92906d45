using System.Text.Json;
using ZiggyCreatures.Caching.Fusion.Serialization;

namespace EmrSim.Bench.Store;

/// <summary>What FusionCache keeps on a server has to be written somehow, and the library leaves it to the application.</summary>
public sealed class DistributedEntryJson : IFusionCacheSerializer
{
    public byte[] Serialize<T>(T? obj) => JsonSerializer.SerializeToUtf8Bytes(obj);

    public T? Deserialize<T>(byte[] data) => JsonSerializer.Deserialize<T>(data);

    public ValueTask<byte[]> SerializeAsync<T>(T? obj, CancellationToken token = default) => new(Serialize(obj));

    public ValueTask<T?> DeserializeAsync<T>(byte[] data, CancellationToken token = default) => new(Deserialize<T>(data));
}
