using EmrSim.Contracts;
using EmrSim.Server.Encounters;
using EmrSim.Server.Http;
using EmrSim.Server.Patients;

namespace EmrSim.Server.Transcripts;

/// <summary>A transcript with the names that belong to it: what every export is made from.</summary>
public sealed record TranscriptExport(Encounter Encounter, string Patient, string Scenario, IReadOnlyList<StoredTurn> Turns)
{
    public static async Task<TranscriptExport?> ReadAsync(string id, EncounterRegister encounters, TranscriptLog log, Casebook casebook, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(encounters);
        ArgumentNullException.ThrowIfNull(log);
        ArgumentNullException.ThrowIfNull(casebook);
        if (await encounters.FindAsync(id, cancellationToken) is not { } encounter) return null;
        return new(
            encounter,
            casebook.FindPersona(encounter.PersonaId)?.DisplayName ?? "Unknown Patient",
            casebook.FindScenario(encounter.ScenarioId)?.Title ?? "Unknown Scenario",
            await log.ReadAsync(id, cancellationToken));
    }

    public TranscriptDocument Document => new(Encounter.View, Patient, Scenario, [.. Turns.Select(turn => turn.ToWire())]);

    public static string Label(StoredTurn turn)
    {
        ArgumentNullException.ThrowIfNull(turn);
        return turn.Role == "user" ? "Student" : "Patient";
    }

    public ApiError? NotFinal => Encounter.IsOver
        ? null
        : new(
            StatusCodes.Status409Conflict,
            "not_final",
            "The transcript is not final; end the encounter first. What there is so far is at /turns and /transcript.",
            new Dictionary<string, object?> { ["state"] = EncounterStates.Name(Encounter.State) });
}
