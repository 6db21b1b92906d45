using EmrSim.SessionStore.Memcached;
using EmrSim.SessionStore.Redis;
using EmrSim.SessionStore.Tiered;
using Microsoft.Extensions.Logging;

namespace EmrSim.SessionStore;

/// <summary>Makes the tier for an address, whichever kind of server that names.</summary>
internal sealed class ServerKinds(Deadlines deadlines, Journal journal, StampClock clock, OutageReport report, uint instance, TimeProvider time, ILoggerFactory logs)
{
    private readonly ILogger _log = logs.CreateLogger<RedisConnection>();
    private readonly ILogger _memcachedLog = logs.CreateLogger<MemcachedTier>();

    public IServerTier Create(StoreUrl url) => url.Kind == StoreServerKind.Memcached
        ? new MemcachedTier(url, deadlines, journal, clock, report, instance, time, _memcachedLog)
        : new RedisTier(new RedisConnection(url, time, _log), deadlines, journal, clock, report, time, instance);
}
