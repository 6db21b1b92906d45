using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EmrSim.SessionStore.Tiered;

/// <summary>
/// Finds out by probes, never by requests, that a tier serves again, and then moves up what was written below meanwhile,
/// a few at a time.
/// </summary>
internal sealed partial class Recovery(
    IReadOnlyList<TierSlot> slots,
    TieredStore store,
    OutageReport report,
    SessionStoreOptions options,
    TimeProvider time,
    ILogger<Recovery> log) : BackgroundService
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(100);
    private readonly int _batch = Math.Max(1, options.PromotionsPerSecond / 10);
    private long _refreshed;
    private long _mayPromoteFrom;

    /// <summary>Checks, and if need be fills, a server before it is used again.</summary>
    public Func<CancellationToken, ValueTask>? BeforeUse { get; set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_tick, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false)) await TickAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>One look at everything: also done once at start, before the first request.</summary>
    public async Task TickAsync(CancellationToken cancellationToken)
    {
        foreach (var slot in slots)
        {
            if (slot.Breaker.IsProbeDue) await ProbeAsync(slot, cancellationToken).ConfigureAwait(false);
        }

        if (time.GetElapsedTime(_refreshed) >= options.DatabaseBeat)
        {
            _refreshed = time.GetTimestamp();
            foreach (var slot in slots) await TryAsync(slot, static (lower, ct) => lower.RefreshAsync(ct), cancellationToken).ConfigureAwait(false);
            await CheckAsync(slots[0], cancellationToken).ConfigureAwait(false);
        }

        await PromoteAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task ProbeAsync(TierSlot slot, CancellationToken cancellationToken)
    {
        try
        {
            do
            {
                await slot.Tier.ProbeAsync(cancellationToken).ConfigureAwait(false);
                if (slot == slots[0] && BeforeUse is { } prepare) await prepare(cancellationToken).ConfigureAwait(false);
            }
            while (!slot.Breaker.ProbeSucceeded());
            report.Closed(slot);
            _mayPromoteFrom = time.GetTimestamp() + (long)(Random.Shared.NextDouble() * time.TimestampFrequency);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            slot.Breaker.ProbeFailed();
        }
    }

    // A server can lose its data without losing its connections.
    private async Task CheckAsync(TierSlot top, CancellationToken cancellationToken)
    {
        if (BeforeUse is not { } check || !top.Breaker.Allows) return;
        try
        {
            await check(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception problem) when (top.Failed(problem, cancellationToken))
        {
        }
    }

    private async Task PromoteAsync(CancellationToken cancellationToken)
    {
        var top = slots[0];
        if (!top.Breaker.Allows || time.GetTimestamp() < _mayPromoteFrom) return;
        var left = false;
        foreach (var slot in slots.Skip(1))
        {
            if (slot.Fallback is not { MayHold: true } || !slot.Breaker.Allows) continue;
            left = true;
            await TryAsync(slot, (lower, ct) => PromoteAsync(lower, top, ct), cancellationToken).ConfigureAwait(false);
        }

        if (!left && report.IsOpen) report.Over();
    }

    private async ValueTask PromoteAsync(IFallbackTier lower, TierSlot top, CancellationToken cancellationToken)
    {
        var held = await lower.PeekAsync(_batch, cancellationToken).ConfigureAwait(false);
        if (held.Count == 0) await lower.RefreshAsync(cancellationToken).ConfigureAwait(false);
        foreach (var entry in held)
        {
            try
            {
                report.Moved(await store.MoveAsync(lower, top.Tier, entry, cancellationToken).ConfigureAwait(false));
            }
            catch (InvalidOperationException conflict)
            {
                // A counter below and a value above: the value, being the newer idea of the key, stays.
                LogConflict(conflict.Message);
                await lower.ForgetAsync(entry.Key, entry.Envelope.Stamp, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception problem) when (top.Failed(problem, cancellationToken))
            {
                return;
            }
        }
    }

    private static async Task TryAsync(TierSlot slot, Func<IFallbackTier, CancellationToken, ValueTask> work, CancellationToken cancellationToken)
    {
        if (slot.Fallback is not { } lower || !slot.Breaker.Allows) return;
        try
        {
            await work(lower, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception problem) when (slot.Failed(problem, cancellationToken))
        {
        }
    }

    [LoggerMessage(121, LogLevel.Warning, "Session store: an entry could not be moved up: {Reason}")]
    private partial void LogConflict(string reason);
}
