using EmrSim.Contracts;
using EmrSim.Server.Encounters;
using EmrSim.Server.Http;
using EmrSim.Server.Patients;

namespace EmrSim.Server.Voice;

/// <summary>The encounter that a voice request is about: one of the register, or one that only its caller knows.</summary>
public sealed record VoiceEncounter(string Id, string PersonaId, string ScenarioId, string Phase, GateFlags Gate, string? RoleId, string? Language, bool IsKnown)
{
    private static readonly ApiError s_noSession = ApiError.BadRequest("missing_session_id", CallerChosenId.Rule);
    private static readonly ApiError s_unknown = ApiError.NotFound("session_not_found", "Start a session with POST /api/sessions.");
    private static readonly ApiError s_otherMode = ApiError.Conflict("sps_only", "This session is not one with a simulated patient.");
    private static readonly ApiError s_noCase = ApiError.NotFound("sps_context_unavailable", "This session's persona or scenario is no longer in the catalogue.");

    /// <summary>By the contract's order of checks.</summary>
    public static async ValueTask<(VoiceEncounter? Found, ApiError? Refusal)> FindAsync(EncounterRegister register, string? sessionId, string? personaId, string? scenarioId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(register);
        if (sessionId is null) return (null, s_noSession);
        var usable = CallerChosenId.IsUsable(sessionId);
        if (usable && await register.FindAsync(sessionId, cancellationToken) is { } encounter)
        {
            return string.Equals(encounter.Mode, "sps", StringComparison.Ordinal)
                ? (new(sessionId, encounter.PersonaId, encounter.ScenarioId, encounter.Phase, encounter.Gate, encounter.RoleId, encounter.Language, true), null)
                : (null, s_otherMode);
        }

        if (personaId is null || scenarioId is null) return (null, s_unknown);
        return usable
            ? (new(sessionId, personaId, scenarioId, "subjective", GateFlags.None, null, null, false), null)
            : (null, s_noSession);
    }

    /// <summary>A known session's case must be there; ids of the caller's choice may be unknown.</summary>
    public ApiError? Refuse(Casebook casebook)
    {
        ArgumentNullException.ThrowIfNull(casebook);
        return IsKnown && (casebook.FindPersona(PersonaId) is null || casebook.FindScenario(ScenarioId) is null) ? s_noCase : null;
    }
}
