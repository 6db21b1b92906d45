using EmrSim.Contracts;

namespace EmrSim.Server.Encounters;

public enum EncounterState
{
    Active,
    Ending,
    Draining,
    Final,
    Abandoned,
}

/// <param name="Id">The student's capability: 128 random bits, URL-safe.</param>
/// <param name="Version">Grows with every change of the row, for optimistic concurrency.</param>
/// <param name="LastSeq">The sequence number of the newest event of its log.</param>
public sealed record Encounter(
    string Id,
    string SpsSessionId,
    string PersonaId,
    string ScenarioId,
    string Mode,
    string Phase,
    GateFlags Gate,
    string? RoleId,
    string? Language,
    EncounterState State,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    long Version,
    long LastSeq);
