using EmrSim.Server.Http;

namespace EmrSim.Server.Limits;

/// <summary>Counts requests in fixed windows in the session store, so that all instances count together.</summary>
public sealed class SharedLimits
{
    /// <summary>Null when the request may pass; else 429 rate_limited with Retry-After. A store that cannot count lets it pass.</summary>
    public ValueTask<ApiError?> SpendAsync(string scope, string subject, int most, TimeSpan window, CancellationToken cancellationToken) => throw new NotSupportedException(scope);
}
