using System.Diagnostics;

namespace EmrSim.SessionStore;

/// <summary>The spans of source <c>EmrSim.SessionStore</c>: one for each tier that was asked within a trace. No keys, no values.</summary>
internal static class StoreTraces
{
    private static readonly ActivitySource s_source = new("EmrSim.SessionStore");

    /// <summary>Told afterwards, so that an operation that nobody traces carries nothing along.</summary>
    /// <param name="tier">Which was asked.</param>
    /// <param name="operation">Which of the store's operations.</param>
    /// <param name="start">When it was asked.</param>
    /// <param name="failure">Why it could not serve, or null.</param>
    public static void Answered(string tier, string operation, long start, string? failure)
    {
        // Work in the background, such as leases and probes, would be a trace of its own each time.
        if (!s_source.HasListeners() || Activity.Current is null) return;
        Tell(tier, operation, start, failure);
    }

    private static void Tell(string tier, string operation, long start, string? failure)
    {
        var began = TimeProvider.System.GetUtcNow() - Stopwatch.GetElapsedTime(start);
        using var span = s_source.StartActivity($"session_store {operation}", ActivityKind.Client, default(ActivityContext), startTime: began);
        if (span is null) return;
        span.SetTag("session_store.tier", tier);
        span.SetTag("session_store.operation", operation);
        span.SetTag("session_store.outcome", failure is null ? "ok" : "failed");
        if (failure is null) return;
        span.SetTag("error.type", failure);
        span.SetStatus(ActivityStatusCode.Error);
    }
}
