using EmrSim.Contracts;

namespace EmrSim.Server.Patients;

public sealed record BriefRequest(
    string PersonaId,
    string ScenarioId,
    string Phase,
    GateFlags Gate,
    string? RoleId = null,
    bool ForFaculty = false,
    string? ReplyLanguage = null,
    string? Query = null);

/// <param name="RoleId">As requested, also when unknown; null when none was.</param>
/// <param name="VoiceId">The voice of role or persona, when one is named.</param>
public sealed record Brief(
    string Instructions,
    string Phase,
    IReadOnlyList<string> OutstandingGate,
    string? RoleId,
    IReadOnlyList<string> AvailableRoles,
    IReadOnlyList<string> RetrievedIds,
    string? VoiceId,
    string? ReplyLanguage);
