using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;

namespace EmrSim.SessionStore.Tiered;

/// <summary>
/// Waits for a server's answer, but not longer than the time budget, without allocating: <c>Task.WaitAsync</c> costs a timer
/// and a promise per call, more than the call itself.
/// </summary>
internal sealed class TimedWait<T> : IValueTaskSource<T>
{
    private static readonly ConcurrentQueue<TimedWait<T>> s_pool = new();
    private readonly Action _answered;
    private ManualResetValueTaskSourceCore<T> _core;
    private Task<T>? _task;
    private bool _timedOut;

    /// <summary>Twice the number of the use, plus one once that use has ended.</summary>
    private long _state;

    private TimedWait() => _answered = Answered;

    public static ValueTask<T> For(Task<T> task, Deadlines deadlines)
    {
        if (task.IsCompleted) return new(task);
        var wait = s_pool.TryDequeue(out var pooled) ? pooled : new TimedWait<T>();
        wait._task = task;
        var token = wait._core.Version;
        deadlines.Add(wait, wait._state, static (wait, use) => ((TimedWait<T>)wait).TimedOut(use));
        task.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(wait._answered);
        return new(wait, token);
    }

    public T GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            // After a time-out the answer may still come and call back: such a one is left to the collector.
            if (!_timedOut) Return();
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private bool TryEnd(long use) => Interlocked.CompareExchange(ref _state, use | 1, use) == use;

    private void Answered()
    {
        var task = _task!;
        if (!TryEnd(Volatile.Read(ref _state) & ~1L)) _ = task.Exception;
        else if (task.IsCompletedSuccessfully) _core.SetResult(task.Result);
        else _core.SetException(task.Exception?.InnerException ?? new OperationCanceledException());
    }

    private void TimedOut(long use)
    {
        if (!TryEnd(use)) return;
        _timedOut = true;
        // Whoever waited goes on elsewhere: the other deadlines must not wait for what it does next.
        _core.RunContinuationsAsynchronously = true;
        _core.SetException(new TimeoutException("The server did not answer within the time budget."));
    }

    private void Return()
    {
        _task = null;
        _core.Reset();
        Volatile.Write(ref _state, (_state & ~1L) + 2);
        s_pool.Enqueue(this);
    }
}

/// <summary>The ends of all running waits of one time budget: since the budget is the same for all, the oldest ends first.</summary>
internal sealed class Deadlines : IAsyncDisposable
{
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(20);

    /// <summary>So late, it was this process that stood still, and answers may have come meanwhile.</summary>
    private static readonly TimeSpan s_stall = TimeSpan.FromMilliseconds(100);

    /// <summary>In which what has come is read first; a timer that is late ticks again at once.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(40);
    private readonly Lock _lock = new();
    private readonly Queue<(object Wait, long Use, Action<object, long> TimedOut, long Due)> _waits = new();
    private readonly TimeProvider _time;
    private readonly long _budget;
    private readonly ITimer _timer;
    private long _ticked;
    private bool _wasLate;
    private long _graceEnds;

    public Deadlines(TimeProvider time, TimeSpan budget)
    {
        _time = time;
        _budget = (long)(budget.TotalSeconds * time.TimestampFrequency);
        _ticked = time.GetTimestamp();
        _timer = time.CreateTimer(static deadlines => ((Deadlines)deadlines!).Tick(), this, s_tick, s_tick);
    }

    public void Add(object wait, long use, Action<object, long> timedOut)
    {
        var due = _time.GetTimestamp() + _budget;
        lock (_lock) _waits.Enqueue((wait, use, timedOut, due));
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Tick()
    {
        var now = _time.GetTimestamp();
        var isLate = _time.GetElapsedTime(Interlocked.Exchange(ref _ticked, now), now) > s_stall;
        // Not twice in a row: a process that is always late would wait for ever.
        if (isLate && !_wasLate) _graceEnds = now + (long)(s_grace.TotalSeconds * _time.TimestampFrequency);
        _wasLate = isLate;
        if (now < _graceEnds) return;
        while (true)
        {
            (object Wait, long Use, Action<object, long> TimedOut, long Due) oldest;
            lock (_lock)
            {
                if (!_waits.TryPeek(out oldest) || oldest.Due > now) return;
                _waits.Dequeue();
            }

            oldest.TimedOut(oldest.Wait, oldest.Use);
        }
    }
}
