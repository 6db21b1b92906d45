using System.Buffers.Text;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EmrSim.Server.Http;
using EmrSim.SessionStore;

namespace EmrSim.Server.Limits;

/// <summary>
/// Counts requests in fixed windows in the session store, so that all instances count together. A window opens with the first
/// request and closes when the store forgets the counter, so the instances' clocks need not agree. No instance lets more
/// pass than one whole limit, whatever the store says: one that alone has lost the shared server limits what comes to it.
/// </summary>
public sealed class SharedLimits(ISessionStore store, TimeProvider clock)
{
    private static readonly Meter s_meter = new("EmrSim.Server");
    private static readonly Counter<long> s_refused = s_meter.CreateCounter<long>("limits.refused", description: "Requests refused because their session or address had made too many.");
    private static readonly Counter<long> s_uncounted = s_meter.CreateCounter<long>("limits.uncounted", description: "Requests let pass because the session store could not count them.");

    private readonly OwnCounts _own = new(clock);

    /// <summary>
    /// Counts the request for its session (when there is one) and for the caller's address, and tells of it in RateLimit headers.
    /// Null when it may pass; else 429 rate_limited with Retry-After. A store that cannot count lets it pass.
    /// </summary>
    public async ValueTask<ApiError?> SpendAsync(HttpContext context, RouteLimit limit, string? sessionId)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(limit);
        var perSession = sessionId is null ? default : CountAsync(limit.SessionScope, sessionId, limit.PerSession, limit.Window, context.RequestAborted);
        var perAddress = limit.PerAddress == 0 ? default : CountAsync(limit.AddressScope, CallerAddress.Of(context), limit.PerAddress, limit.Window, context.RequestAborted);
        var session = await perSession;
        var address = await perAddress;
        var told = session is null || (address is { IsSpent: true } && !session.Value.IsSpent) ? address : session;
        if (told is { } allowance) Tell(context.Response.Headers, allowance);
        return Refusal(limit.SessionScope, session) ?? Refusal(limit.AddressScope, address);
    }

    private async ValueTask<Allowance?> CountAsync(string scope, string subject, int most, TimeSpan window, CancellationToken cancellationToken)
    {
        if (most <= 0) return null;
        try
        {
            var key = Key(scope, subject, window);
            var counter = await store.IncrementAsync(key, 1, window, cancellationToken);
            if (counter.Value > most) return new(most, counter.Value, counter.ExpiresAt - clock.GetUtcNow());
            // Only what the store let pass: of many at once it numbers some lower than this instance does, and refuses the right ones.
            var own = _own.Add(key, counter.ExpiresAt);
            return own.Count > counter.Value ? new(most, own.Count, own.Ends - clock.GetUtcNow()) : new(most, counter.Value, counter.ExpiresAt - clock.GetUtcNow());
        }
        catch (SessionStoreUnavailableException)
        {
            s_uncounted.Add(1, new KeyValuePair<string, object?>("scope", scope));
            return null;
        }
    }

    private static ApiError? Refusal(string scope, Allowance? allowance)
    {
        if (allowance is not { IsSpent: true } spent) return null;
        s_refused.Add(1, new KeyValuePair<string, object?>("scope", scope));
        return new ApiError(StatusCodes.Status429TooManyRequests, "rate_limited", $"At most {spent.Most} such requests are taken in this time; try again in {spent.SecondsLeft} s.") { RetryAfter = TimeSpan.FromSeconds(spent.SecondsLeft) };
    }

    private static void Tell(IHeaderDictionary headers, Allowance allowance)
    {
        headers["RateLimit-Limit"] = allowance.Most.ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Remaining"] = Math.Max(0, allowance.Most - allowance.Used).ToString(CultureInfo.InvariantCulture);
        headers["RateLimit-Reset"] = allowance.SecondsLeft.ToString(CultureInfo.InvariantCulture);
    }

    // The subject is hashed: it may be any text, and a session id is its student's capability.
    private static string Key(string scope, string subject, TimeSpan window)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(subject), hash);
        return string.Create(CultureInfo.InvariantCulture, $"limit:{scope}:{Base64Url.EncodeToString(hash[..16])}:{(long)window.TotalSeconds}");
    }

    private readonly record struct Allowance(int Most, long Used, TimeSpan Left)
    {
        public bool IsSpent => Used > Most;

        public int SecondsLeft => Math.Max(1, (int)Math.Ceiling(Left.TotalSeconds));
    }
}
