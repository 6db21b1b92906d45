using System.Diagnostics;
using EmrSim.SessionStore.Redis;

namespace EmrSim.SessionStore.Tiered;

/// <summary>A tier with its breaker: notes how each operation went.</summary>
internal sealed class TierSlot(IStoreTier tier, Breaker breaker, OutageReport report, bool neverFails = false)
{
    private const int Remembered = 64;
    private static readonly KeyValuePair<string, object?> s_ok = new("outcome", "ok");
    private static readonly KeyValuePair<string, object?> s_failed = new("outcome", "failed");
    private readonly KeyValuePair<string, object?> _tag = new("tier", tier.Name);
    private readonly float[] _durations = new float[Remembered];
    private long _counted;
    private long _answered;

    /// <summary>How many successful operations were timed; more than an int holds, in a server that runs for weeks.</summary>
    public long Counted
    {
        get => Volatile.Read(ref _counted);
        init => _counted = value;
    }

    public IStoreTier Tier => tier;

    public Breaker Breaker => breaker;

    /// <summary>The tier when it is one that stands in for a higher one.</summary>
    public IFallbackTier? Fallback { get; } = tier as IFallbackTier;

    /// <summary>Whether one server alone decides now, so that its silence is that of the tier.</summary>
    public Func<bool> IsOne { get; init; } = static () => false;

    public string? LastFailure { get; private set; }

    public double LastMs { get; private set; }

    /// <summary>The 95th percentile of the newest successful operations, in milliseconds.</summary>
    public double P95Ms
    {
        get
        {
            var durations = _durations[..(int)Math.Min(Counted, Remembered)];
            Array.Sort(durations);
            return durations.Length == 0 ? 0 : durations[(int)(0.95 * (durations.Length - 1))];
        }
    }

    /// <param name="operation">Which of the store's operations.</param>
    /// <param name="start">When this tier was asked.</param>
    /// <param name="began">When the operation began, which may have been at a higher tier.</param>
    public void Succeeded(string operation, long start, long began)
    {
        StoreTraces.Answered(tier.Name, operation, start, null);
        // Memory takes less time than this would.
        if (neverFails && !StoreMetrics.Operations.Enabled && !report.IsOpen) return;
        var now = Stopwatch.GetTimestamp();
        var elapsed = Stopwatch.GetElapsedTime(start, now);
        Volatile.Write(ref _answered, now);
        LastMs = elapsed.TotalMilliseconds;
        _durations[Interlocked.Increment(ref _counted) % Remembered] = (float)elapsed.TotalMilliseconds;
        if (!neverFails) breaker.Succeeded(elapsed);
        StoreMetrics.Operations.Add(1, _tag, new("operation", operation), s_ok);
        StoreMetrics.Duration.Record(elapsed.TotalSeconds, _tag, new("operation", operation));
        report.Served(this, operation, Stopwatch.GetElapsedTime(began, now));
    }

    /// <summary>It has answered something that is no operation of the store's.</summary>
    public void Answered() => Volatile.Write(ref _answered, Stopwatch.GetTimestamp());

    /// <summary>Whether the next tier shall be asked. Not for what the caller did wrong or no longer wants.</summary>
    public bool Failed(string operation, Exception problem, CancellationToken cancellationToken, long start = 0)
    {
        if (problem is SessionStoreUnavailableException || problem is InvalidOperationException and not ObjectDisposedException || problem is ArgumentException || (problem is OperationCanceledException && cancellationToken.IsCancellationRequested)) return false;
        if (problem is HalfDone { InnerException: { } half }) problem = half;
        var cause = CauseOf(problem);
        LastFailure = cause;
        StoreMetrics.Operations.Add(1, _tag, new("operation", operation), s_failed);
        if (start != 0) StoreTraces.Answered(tier.Name, operation, start, cause);
        // Of several servers one is away, or one entry is not taken: all else is served on, and this is looked for below.
        if (problem is PartAwayException or EntryRefusedException) return true;
        var isSilent = problem is TimeoutException && start != 0 && IsOne() && Volatile.Read(ref _answered) < start;
        var opened = IsLostRole(problem) ? breaker.Trip(cause) : breaker.Failed(cause, isSilent);
        if (opened) report.Opened(this, cause);
        return true;
    }

    /// <summary>Whether what failed so may have been done, or be done later.</summary>
    public static bool MayYetHappen(Exception problem) =>
        problem is PartAwayException { MayYetHappen: true } or not (TierUnavailableException or PartAwayException or EntryRefusedException or StackExchange.Redis.RedisServerException or StackExchange.Redis.RedisConnectionException { FailureType: StackExchange.Redis.ConnectionFailureType.UnableToResolvePhysicalConnection });

    public void Trip(string cause)
    {
        LastFailure = cause;
        if (breaker.Trip(cause)) report.Opened(this, cause);
    }

    public void ProbeFailed(Exception problem)
    {
        LastFailure = CauseOf(problem);
        breaker.ProbeFailed();
        // Why it was left, as when the connection was lost, may not be why it stays so.
        report.StillAway(this, LastFailure);
        // Nothing to tell when it was left before; at the start it is the first that is known.
        report.Opened(this, LastFailure);
    }

    private static bool IsLostRole(Exception problem) =>
        problem is TierUnavailableException || (problem is StackExchange.Redis.RedisServerException refused && RedisAdvice.IsLostRole(refused));

    // Messages of drivers may quote addresses and keys; the kind of failure is enough here.
    private static string CauseOf(Exception problem) => problem switch
    {
        TierUnavailableException or EntryRefusedException => problem.Message,
        TimeoutException => "timeout",
        StackExchange.Redis.RedisServerException server => RedisAdvice.Of(server),
        StackExchange.Redis.RedisConnectionException connection => connection.FailureType.ToString(),
        System.Data.Common.DbException database => $"{problem.GetType().Name} {database.SqlState ?? database.ErrorCode.ToString(System.Globalization.CultureInfo.InvariantCulture)}",
        _ => problem.GetType().Name,
    };
}
