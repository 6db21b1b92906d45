using EmrSim.SessionStore.Redis;
using EmrSim.SessionStore.Tiered;
using Microsoft.Extensions.Logging;

namespace EmrSim.SessionStore;

/// <summary>Makes the tier for an address, whichever kind of server that names.</summary>
internal sealed class ServerKinds(Deadlines deadlines, Journal journal, StampClock clock, OutageReport report, uint instance, TimeProvider time, ILoggerFactory logs)
{
    private readonly ILogger _log = logs.CreateLogger<RedisConnection>();

    public IServerTier Create(StoreUrl url) =>
        new RedisTier(new RedisConnection(url, time, _log), deadlines, journal, clock, report, time, instance);
}
