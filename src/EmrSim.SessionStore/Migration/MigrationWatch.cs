using System.Globalization;
using EmrSim.SessionStore.Tiered;
using Microsoft.Extensions.Logging;

namespace EmrSim.SessionStore.Migration;

/// <summary>An instance's part in a move: looks each second how far it is to be, follows, and says so in the roll.</summary>
internal sealed partial class MigrationWatch(MovingTier moving, Func<string, IServerTier> open, TimeProvider time, ILogger<MigrationWatch> log) : IAsyncDisposable
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_connectPatience = TimeSpan.FromSeconds(2);

    /// <summary>How long a new server that could not be reached is left alone.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(3);
    private readonly SemaphoreSlim _looking = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private MigrationMark? _followed;
    private string? _told;
    private long _notReached;
    private Task _watching = Task.CompletedTask;
    private IServerTier? _left;
    private string? _done;
    private int _disposed;

    /// <summary>What this instance tells the others: <c>id:phase:round:missed</c>, or null without a move.</summary>
    public string? Fact => _done ?? (_followed is { Phase: not MigrationPhase.Steady } mark ? FactOf(mark) : null);

    /// <summary>Raised after this instance has followed, for the roll.</summary>
    public event Func<CancellationToken, Task>? Followed;

    public void Start() => _watching = WatchAsync();

    /// <summary>Before the server is used: that it is the right one, and that it has what it should.</summary>
    public async ValueTask PrepareAsync(bool isAnew, CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken).ConfigureAwait(false);
        await moving.Base.PrepareAsync(isAnew, cancellationToken).ConfigureAwait(false);
        if (moving is { Phase: MigrationPhase.Dual, Target: { } target }) await target.PrepareAsync(isAnew, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>One look, before the server is used for the first time too.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_left is { } left)
            {
                _left = null;
                await left.DisposeAsync().ConfigureAwait(false);
            }

            var mark = await MigrationMark.ReadAsync(moving.Base, cancellationToken).ConfigureAwait(false);
            // Neighbouring phases agree; the others wait for this instance, on the roll, before they go further.
            if (Math.Abs((mark?.Phase ?? MigrationPhase.Steady) - moving.Phase) <= 1) moving.Looked();
            if (mark != _followed) await TryFollowAsync(mark, cancellationToken).ConfigureAwait(false);
            moving.Looked();
            if (moving is { Target: not null, Missed: > 0 } && await TryMakeUpAsync(cancellationToken).ConfigureAwait(false)) await TellAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _looking.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        if (_left is { } left) await left.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
        _looking.Dispose();
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(s_every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false)) await TryLookAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // A look that was under way may end otherwise than by being cancelled.
        }
    }

    // The tier judges by the age of the newest look; why one failed is told by the tier's own operations.
    private async Task TryLookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LookAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotLooked(problem.GetType().Name);
        }
    }

    // Until both decide, the old server does so alone: that the new one is away is no reason to leave it. The others wait for this instance.
    private async Task TryFollowAsync(MigrationMark? mark, CancellationToken cancellationToken)
    {
        var mayWait = mark is { Phase: MigrationPhase.Both } && moving.Phase <= MigrationPhase.Both;
        if (mayWait && _notReached != 0 && time.GetElapsedTime(_notReached) < s_rest) return;
        try
        {
            await FollowAsync(mark, cancellationToken).ConfigureAwait(false);
            (_notReached, _told) = (0, null);
        }
        catch (Exception problem) when (mayWait && !cancellationToken.IsCancellationRequested)
        {
            _notReached = time.GetTimestamp();
            var cause = problem is TierUnavailableException ? problem.Message : problem.GetType().Name;
            if (_told != cause) LogNotFollowed(cause);
            _told = cause;
        }
    }

    private async Task<bool> TryMakeUpAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await moving.MakeUpAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // It stays missed, and the others are told so.
            return false;
        }
    }

    private async Task FollowAsync(MigrationMark? mark, CancellationToken cancellationToken)
    {
        var phase = mark?.Phase ?? MigrationPhase.Steady;
        var isOpen = mark?.Id == _followed?.Id && moving.Target is not null;
        var target = phase == MigrationPhase.Steady ? null : isOpen ? moving.Target : await OpenAsync(mark!.Target, cancellationToken).ConfigureAwait(false);
        var left = target == moving.Target ? null : moving.Target;
        if (mark?.Id != _followed?.Id || mark?.Round != _followed?.Round) moving.ForgetMissed();
        // Once both decide, what the new server was not given yet would count there as what stands.
        if (phase == MigrationPhase.Dual && moving is { Phase: MigrationPhase.Both, Missed: not 0 } && !await TryMakeUpAsync(cancellationToken).ConfigureAwait(false))
        {
            await TellAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        moving.Enter(phase, target);
        (_followed, _done) = (mark, null);
        LogFollowed(moving.Phase.ToString());
        if (mark is { Phase: MigrationPhase.Done })
        {
            // What is done is never taken back. Calls under way may still be with the old server: it is closed at the next look.
            _done = FactOf(mark);
            _left = moving.Settle();
            _followed = null;
        }

        await TellAsync(cancellationToken).ConfigureAwait(false);
        if (left is not null) await left.DisposeAsync().ConfigureAwait(false);
    }

    private string FactOf(MigrationMark mark) => string.Create(CultureInfo.InvariantCulture, $"{mark.Id}:{mark.Phase}:{mark.Round}:{moving.Missed}");

    private async Task<IServerTier> OpenAsync(string address, CancellationToken cancellationToken)
    {
        var target = open(address);
        moving.Hear(target);
        try
        {
            await target.StartAsync(s_connectPatience, cancellationToken).ConfigureAwait(false);
            await target.ProbeAsync(cancellationToken).ConfigureAwait(false);
            await target.PrepareAsync(true, cancellationToken).ConfigureAwait(false);
            return target;
        }
        catch
        {
            await target.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private Task TellAsync(CancellationToken cancellationToken) => Followed?.Invoke(cancellationToken) ?? Task.CompletedTask;

    [LoggerMessage(141, LogLevel.Information, "Session store: the fleet's move to another server is followed to phase {Phase}")]
    private partial void LogFollowed(string phase);

    [LoggerMessage(143, LogLevel.Warning, "Session store: the fleet moves to another server, which this instance does not reach ({Cause}); the old one serves, and it goes on trying")]
    private partial void LogNotFollowed(string cause);

    [LoggerMessage(142, LogLevel.Debug, "Session store: it could not be seen whether the fleet moves ({Cause})")]
    private partial void LogNotLooked(string cause);
}
