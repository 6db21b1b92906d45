using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EmrSim.SessionStore.Tiered;

/// <summary>
/// Finds out by probes, never by requests, that a tier serves again, and then moves up what was written below meanwhile,
/// a few at a time.
/// </summary>
internal sealed class Recovery(
    IReadOnlyList<TierSlot> slots,
    MoveUp moving,
    OutageReport report,
    SessionStoreOptions options,
    TimeProvider time,
    ILogger<Recovery> log) : BackgroundService
{
    private const int LargestPage = 200;
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(100);

    // Not all instances at the same moment.
    private static readonly TimeSpan s_spread = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_beatWhileMoving = TimeSpan.FromSeconds(1);

    // The others find the server again a few seconds earlier or later, and until then leave what they write below.
    private static readonly TimeSpan s_others = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_beatForOthers = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);
    private readonly TaskCompletionSource _firstLook = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly double _perSecond = Math.Max(10, options.PromotionsPerSecond);
    private readonly Dictionary<TierSlot, UpwardPass> _passes = slots.Where(static slot => slot.Fallback is not null).ToDictionary(
        static slot => slot,
        slot => new UpwardPass(slot, slot.Fallback!, moving, Math.Clamp(options.PromotionsPerSecond / 15, 1, LargestPage)));
    private readonly LoopTrouble _trouble = new("the recovery", time, log);
    private double _mayMove;
    private bool _isLeftBelow;
    private volatile bool _couldNotLook;
    private long _movedAt;
    private long _refreshed;
    private long _mayPromoteFrom;
    private long _closed;

    /// <summary>Checks, and if need be fills, a server before it is used again; told whether it was reached anew.</summary>
    public Func<bool, CancellationToken, ValueTask>? BeforeUse { get; set; }

    /// <summary>Done when every tier was looked at once.</summary>
    public Task FirstLook => _firstLook.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_tick, time);
        try
        {
            do
            {
                try
                {
                    await TickAsync(stoppingToken).ConfigureAwait(false);
                }
                catch (Exception problem) when (!stoppingToken.IsCancellationRequested && _trouble.IsTold(problem))
                {
                }

                _firstLook.TrySetResult();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        // All at once: a tier that hangs must not keep another one away.
        if (slots.Any(static slot => slot.Breaker.IsProbeDue))
            await Task.WhenAll(slots.Where(static slot => slot.Breaker.IsProbeDue).Select(slot => ProbeAsync(slot, cancellationToken))).ConfigureAwait(false);

        // While entries are moved up, other instances may still leave some: they have not all found the server again.
        if (time.GetElapsedTime(_refreshed) >= (_isLeftBelow ? s_beatWhileMoving : _couldNotLook || time.GetElapsedTime(_closed) < s_others ? s_beatForOthers : options.DatabaseBeat))
        {
            _couldNotLook = false;
            await LookBelowAsync(slots.FirstOrDefault(static slot => slot.Breaker.Allows), cancellationToken).ConfigureAwait(false);
            await CheckAsync(slots[0], cancellationToken).ConfigureAwait(false);
        }

        await PromoteAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task ProbeAsync(TierSlot slot, CancellationToken cancellationToken)
    {
        try
        {
            var isAnew = true;
            do
            {
                if (slot.Breaker.IsTooSlow(await slot.Tier.ProbeAsync(cancellationToken).ConfigureAwait(false))) throw new TierUnavailableException("slow");
                if (slot == slots[0] && BeforeUse is { } prepare) await prepare(isAnew, cancellationToken).ConfigureAwait(false);
                // From the first request on it is known for which keys there is something below.
                if (isAnew) await LookBelowAsync(slot, cancellationToken).ConfigureAwait(false);
                isAnew = false;
            }
            while (!slot.Breaker.ProbeSucceeded());
            slot.Answered();
            report.Closed(slot);
            _closed = time.GetTimestamp();
            PausePromotion(Random.Shared.NextDouble() * s_spread);
        }
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            slot.ProbeFailed(problem);
        }
    }

    // What serves alone is asked for every key anyway; below what serves, only for those that it holds.
    private async Task LookBelowAsync(TierSlot? serving, CancellationToken cancellationToken)
    {
        _refreshed = time.GetTimestamp();
        var isBelow = false;
        foreach (var slot in slots)
        {
            var byKey = isBelow;
            // Until it was looked, any key may be below.
            if ((slot.Breaker.Allows || slot == serving) && !await TryAsync(slot, (lower, ct) => lower.RefreshAsync(byKey, ct), cancellationToken).ConfigureAwait(false)) _couldNotLook = true;
            isBelow |= slot == serving;
        }
    }

    // A server can lose its data without losing its connections.
    private async Task CheckAsync(TierSlot top, CancellationToken cancellationToken)
    {
        if (BeforeUse is not { } check || !top.Breaker.Allows) return;
        try
        {
            await check(false, cancellationToken).ConfigureAwait(false);
            top.Answered();
        }
        catch (Exception problem) when (top.Failed(TieredStore.Get, problem, cancellationToken))
        {
        }
    }

    private async Task PromoteAsync(CancellationToken cancellationToken)
    {
        if (time.GetTimestamp() < _mayPromoteFrom) return;
        // Up to the highest one that serves: what only this process holds is better where others see it.
        var top = slots.FirstOrDefault(static slot => slot.Breaker.Allows);
        if (top is null) return;
        // What may go at this tick goes in one go, so that most requests in between meet nothing of it.
        _mayMove = Math.Min(_mayMove, 0) + (Math.Min(0.1, time.GetElapsedTime(_movedAt).TotalSeconds) * _perSecond);
        _movedAt = time.GetTimestamp();
        _isLeftBelow = false;
        foreach (var slot in slots.SkipWhile(slot => slot != top).Skip(1))
        {
            if (slot.Fallback is not { MayHoldAny: true } || !slot.Breaker.Allows) continue;
            _isLeftBelow = true;
            await TryAsync(slot, (_, ct) => PromoteAsync(_passes[slot], top, ct), cancellationToken).ConfigureAwait(false);
        }

        if (_isLeftBelow) return;
        _mayMove = 0;
        if (top == slots[0] && report.IsOpen) report.Over();
    }

    private async ValueTask PromoteAsync(UpwardPass pass, TierSlot top, CancellationToken cancellationToken)
    {
        while (_mayMove > 0 && top.Breaker.Allows)
        {
            var gone = await pass.GoOnAsync(top, cancellationToken).ConfigureAwait(false);
            _mayMove -= gone;
            if (gone > 0) continue;
            if (pass.IsStuck) PausePromotion(s_pause);
            return;
        }
    }

    private void PausePromotion(TimeSpan pause) => _mayPromoteFrom = time.GetTimestamp() + (long)(pause.TotalSeconds * time.TimestampFrequency);

    private static async Task<bool> TryAsync(TierSlot slot, Func<IFallbackTier, CancellationToken, ValueTask> work, CancellationToken cancellationToken)
    {
        if (slot.Fallback is not { } lower) return true;
        try
        {
            await work(lower, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception problem) when (slot.Failed(TieredStore.Get, problem, cancellationToken))
        {
            return false;
        }
    }
}
