using StackExchange.Redis;

namespace EmrSim.SessionStore.Redis;

/// <summary>Full jitter (Brooker, "Exponential backoff and jitter", 2015): a fleet does not come back in step. At most half a second: an attempt costs little, and who comes back late moves nothing up meanwhile.</summary>
internal sealed class ReconnectDelay : IReconnectRetryPolicy
{
    private const int LeastMs = 100;
    private const int FirstMs = 200;
    private const int MostMs = 500;
    private readonly int _seed = Random.Shared.Next();

    // Asked on every heartbeat, for all nodes of a cluster: an attempt's delay must be the same each time, or it would always be the
    // shortest of many draws.
    public bool ShouldRetry(long currentRetryCount, int timeElapsedMillisecondsSinceLastRetry)
    {
        var most = (int)Math.Min(MostMs, FirstMs * Math.Pow(2, Math.Min(currentRetryCount, 10)));
        return timeElapsedMillisecondsSinceLastRetry >= LeastMs + ((uint)HashCode.Combine(_seed, currentRetryCount) % (most - LeastMs));
    }
}
