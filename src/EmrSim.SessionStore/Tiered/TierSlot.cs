using System.Diagnostics;

namespace EmrSim.SessionStore.Tiered;

/// <summary>A tier with its breaker: notes how each operation went.</summary>
internal sealed class TierSlot(IStoreTier tier, Breaker breaker, OutageReport report)
{
    private readonly KeyValuePair<string, object?> _tag = new("tier", tier.Name);

    public IStoreTier Tier => tier;

    public Breaker Breaker => breaker;

    /// <summary>The tier when it is one that stands in for a higher one.</summary>
    public IFallbackTier? Fallback { get; } = tier as IFallbackTier;

    public string? LastFailure { get; private set; }

    public double LastMs { get; private set; }

    public void Succeeded(long start)
    {
        var elapsed = Stopwatch.GetElapsedTime(start);
        LastMs = elapsed.TotalMilliseconds;
        breaker.Succeeded(elapsed);
        StoreMetrics.Operations.Add(1, _tag, s_ok);
        report.Served(this, elapsed);
    }

    /// <summary>Whether the next tier shall be asked. Not for what the caller did wrong or no longer wants.</summary>
    public bool Failed(Exception problem, CancellationToken cancellationToken)
    {
        if (problem is InvalidOperationException or ArgumentException || (problem is OperationCanceledException && cancellationToken.IsCancellationRequested)) return false;
        var cause = CauseOf(problem);
        LastFailure = cause;
        StoreMetrics.Operations.Add(1, _tag, s_failed);
        var opened = IsLostRole(problem) ? breaker.Trip(cause) : breaker.Failed(cause);
        if (opened) report.Opened(this, cause);
        return true;
    }

    public void Trip(string cause)
    {
        LastFailure = cause;
        if (breaker.Trip(cause)) report.Opened(this, cause);
    }

    private static readonly KeyValuePair<string, object?> s_ok = new("outcome", "ok");
    private static readonly KeyValuePair<string, object?> s_failed = new("outcome", "failed");

    private static bool IsLostRole(Exception problem) =>
        problem is TierUnavailableException || (problem is StackExchange.Redis.RedisServerException && problem.Message.StartsWith("READONLY", StringComparison.Ordinal));

    // Messages of drivers may quote addresses and keys; the kind of failure is enough here.
    private static string CauseOf(Exception problem) => problem switch
    {
        TierUnavailableException => problem.Message,
        TimeoutException => "timeout",
        StackExchange.Redis.RedisServerException server => server.Message.Split(' ', 2)[0],
        StackExchange.Redis.RedisConnectionException connection => connection.FailureType.ToString(),
        System.Data.Common.DbException database => $"{problem.GetType().Name} {database.SqlState ?? database.ErrorCode.ToString(System.Globalization.CultureInfo.InvariantCulture)}",
        _ => problem.GetType().Name,
    };
}
