using StackExchange.Redis;

namespace EmrSim.SessionStore.Redis;

/// <summary>Full jitter (Brooker, "Exponential backoff and jitter", 2015): a fleet does not come back in step. At most 1 s: an attempt costs little.</summary>
internal sealed class ReconnectDelay : IReconnectRetryPolicy
{
    private const int LeastMs = 100;
    private const int FirstMs = 200;
    private const int MostMs = 1000;
    private readonly Lock _lock = new();
    private long _attempt = -1;
    private int _delayMs;

    // Asked on every heartbeat: the delay is drawn once per attempt, or it would always be the shortest of many draws.
    public bool ShouldRetry(long currentRetryCount, int timeElapsedMillisecondsSinceLastRetry)
    {
        lock (_lock)
        {
            if (_attempt != currentRetryCount)
            {
                _attempt = currentRetryCount;
                _delayMs = Random.Shared.Next(LeastMs, (int)Math.Max(LeastMs + 1, Math.Min(MostMs, FirstMs * Math.Pow(2, Math.Min(currentRetryCount, 10)))));
            }

            return timeElapsedMillisecondsSinceLastRetry >= _delayMs;
        }
    }
}
