namespace EmrSim.Server.Drills;

/// <summary>A clock that is wrong on purpose, for drills of a fleet whose machines disagree about the time.</summary>
internal sealed class ClockAhead(TimeSpan ahead) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + ahead;
}
