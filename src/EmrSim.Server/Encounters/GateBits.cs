using EmrSim.Contracts;

namespace EmrSim.Server.Encounters;

/// <summary>Gates as bits, because the database can turn bits on without knowing what else changed meanwhile. The numbers are stored.</summary>
internal static class GateBits
{
    public static int Of(GateFlags gate) =>
        (gate.GreetingDone ? 1 : 0) | (gate.IntroDone ? 2 : 0) | (gate.ConsentDone ? 4 : 0) | (gate.IdentityVerified ? 8 : 0) | (gate.SupervisorEscalated ? 16 : 0);

    public static GateFlags Read(long bits, long pressure) => new()
    {
        GreetingDone = (bits & 1) != 0,
        IntroDone = (bits & 2) != 0,
        ConsentDone = (bits & 4) != 0,
        IdentityVerified = (bits & 8) != 0,
        SupervisorEscalated = (bits & 16) != 0,
        LockedPressureCount = (int)pressure,
    };
}
