using EmrSim.SessionStore.Tiered;

namespace EmrSim.SessionStore.Migration;

/// <summary>
/// A clock that is behind by as much as the fleet's may differ. A server counts a life from when it is written: by a clock that is
/// ahead, what is copied would end too early. The envelope has the exact end.
/// </summary>
internal sealed class LateTime(TimeProvider time) : TimeProvider
{
    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow().AddMilliseconds(-StampClock.MostAheadMs);

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
}
