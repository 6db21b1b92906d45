namespace EmrSim.SessionStore.Migration;

/// <summary>How far a fleet's move from one server to another is. Neighbouring phases agree with each other, so that instances may differ by one.</summary>
public enum MigrationPhase
{
    /// <summary>The old server alone.</summary>
    Steady = 0,

    /// <summary>The old server decides and is read; what it accepted is written to the new one too.</summary>
    Both = 1,

    /// <summary>Both must accept; both are read.</summary>
    Dual = 2,

    /// <summary>The new server alone.</summary>
    Done = 3,
}
