using System.Diagnostics;

namespace EmrSim.SessionStore.Tests.Failovers;

/// <summary>
/// How long work that was due had to wait for a thread of the pool at the worst, and beside it a thread of its own, which tells how
/// much of that is the machine's doing.
/// </summary>
public sealed class Ticker : IAsyncDisposable
{
    private static readonly TimeSpan s_every = TimeSpan.FromMilliseconds(20);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _inPool;
    private readonly Thread _alone;
    private long _worstInPool;
    private long _worstAlone;

    public Ticker()
    {
        _inPool = Task.Run(TickInPoolAsync);
        _alone = new(TickAlone) { IsBackground = true };
        _alone.Start();
    }

    public TimeSpan WorstInPool => TimeSpan.FromTicks(Volatile.Read(ref _worstInPool));

    public TimeSpan WorstAlone => TimeSpan.FromTicks(Volatile.Read(ref _worstAlone));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _inPool;
        _alone.Join();
        _stopping.Dispose();
    }

    private async Task TickInPoolAsync()
    {
        for (var watch = Stopwatch.StartNew(); !_stopping.IsCancellationRequested; watch.Restart())
        {
            await Task.Delay(s_every, CancellationToken.None);
            Note(ref _worstInPool, watch.Elapsed);
        }
    }

    private void TickAlone()
    {
        for (var watch = Stopwatch.StartNew(); !_stopping.IsCancellationRequested; watch.Restart())
        {
            _stopping.Token.WaitHandle.WaitOne(s_every);
            Note(ref _worstAlone, watch.Elapsed);
        }
    }

    private static void Note(ref long worst, TimeSpan waited)
    {
        if (waited.Ticks > Volatile.Read(ref worst)) Volatile.Write(ref worst, waited.Ticks);
    }
}
