using EmrSim.SessionStore.Tiered;

namespace EmrSim.SessionStore.Tests.Tiers;

/// <summary>When the wait for an answer is over.</summary>
public sealed class TimesThatAreUp
{
    private static readonly TimeSpan s_budget = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private readonly SteppedTime _time = new();

    [Fact]
    public async Task End_the_wait()
    {
        await using var deadlines = new Deadlines(_time, s_budget);
        var wait = TimedWait<int>.For(new TaskCompletionSource<int>().Task, deadlines).AsTask();
        for (var n = 0; n < 12; n++) _time.Pass(TimeSpan.FromMilliseconds(20));
        Assert.False(wait.IsCompleted);
        _time.Pass(TimeSpan.FromMilliseconds(20));
        await IsOverAsync(wait);
    }

    [Fact]
    public async Task Leave_a_moment_for_what_came_while_the_process_stood_still()
    {
        await using var deadlines = new Deadlines(_time, s_budget);
        var answer = new TaskCompletionSource<int>();
        var wait = TimedWait<int>.For(answer.Task, deadlines).AsTask();
        _time.Pass(TimeSpan.FromSeconds(1));
        // A timer that was late makes up for it.
        _time.Pass(TimeSpan.FromMilliseconds(1));
        Assert.False(wait.IsCompleted);
        answer.SetResult(7);
        Assert.Equal(7, await wait);
    }

    [Fact]
    public async Task End_it_soon_after_that_moment()
    {
        await using var deadlines = new Deadlines(_time, s_budget);
        var wait = TimedWait<int>.For(new TaskCompletionSource<int>().Task, deadlines).AsTask();
        _time.Pass(TimeSpan.FromSeconds(1));
        for (var n = 0; n < 3; n++) _time.Pass(TimeSpan.FromMilliseconds(20));
        await IsOverAsync(wait);
    }

    [Fact]
    public async Task End_it_also_when_the_process_is_always_late()
    {
        await using var deadlines = new Deadlines(_time, s_budget);
        var wait = TimedWait<int>.For(new TaskCompletionSource<int>().Task, deadlines).AsTask();
        _time.Pass(TimeSpan.FromSeconds(1));
        _time.Pass(TimeSpan.FromSeconds(1));
        await IsOverAsync(wait);
    }

    // A wait that never ends must fail the test, not hang it, and not by an exception of the same kind.
    private static async Task IsOverAsync(Task<int> wait)
    {
        await Task.WhenAny(wait, Task.Delay(s_patience, TestContext.Current.CancellationToken));
        Assert.IsType<TimeoutException>(wait.Exception?.InnerException);
    }

    /// <summary>Its one timer is called once for each step, as a real one that was kept waiting.</summary>
    private sealed class SteppedTime : TimeProvider
    {
        private long _now = 1;
        private Action _tick = static () => { };

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _tick = () => callback(state);
            return new NoTimer();
        }

        public void Pass(TimeSpan by)
        {
            _now += by.Ticks;
            _tick();
        }

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
