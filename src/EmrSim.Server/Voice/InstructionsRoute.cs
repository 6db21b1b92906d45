using System.Text.Json;
using EmrSim.Contracts;
using EmrSim.Server.Encounters;
using EmrSim.Server.Http;
using EmrSim.Server.Patients;
using EmrSim.Server.Settings;

namespace EmrSim.Server.Voice;

/// <summary>POST /api/voice/instructions: what a model patient would be told now, or under other circumstances. Stores nothing.</summary>
public sealed class InstructionsRoute(ServerSettings settings, EncounterRegister register, Casebook casebook)
{
    public async Task<IResult> AnswerAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var body = await JsonBody.ReadAsync(context.Request, context.RequestAborted);
        var (encounter, refusal) = await VoiceEncounter.FindAsync(register, body.Text("session_id"), null, null, context.RequestAborted);
        if (encounter is null) return refusal!;
        if (encounter.Refuse(casebook) is { } noCase) return noCase;
        var forFaculty = body["audience"] is { ValueKind: JsonValueKind.String } audience && audience.ValueEquals("faculty"u8) && TeacherGate.IsTeacher(context);
        var brief = casebook.ComposeBrief(new BriefRequest(
            encounter.PersonaId,
            encounter.ScenarioId,
            body.Text("phase") ?? encounter.Phase,
            Merge(encounter.Gate, body["gate"]),
            body.Text("role_id") ?? encounter.RoleId,
            forFaculty,
            encounter.Language));
        return Results.Json(
            new VoiceInstructions
            {
                Instructions = brief.Instructions,
                Phase = brief.Phase,
                OutstandingGate = brief.OutstandingGate,
                RoleId = brief.RoleId,
                AvailableRoles = brief.AvailableRoles,
                RetrievedIds = brief.RetrievedIds.Count == 0 ? null : brief.RetrievedIds,
                Debug = settings.Voice.TellsOrigin ? new(encounter.ScenarioId, casebook.CaseIdOf(encounter.ScenarioId)) : null,
            },
            VoiceJson.Default.VoiceInstructions);
    }

    // A flag that is given counts only as the literal true; one that is not given stays as it is.
    private static GateFlags Merge(GateFlags gate, JsonElement given) => given.ValueKind != JsonValueKind.Object ? gate : gate with
    {
        GreetingDone = Flag(given, "greeting_done", gate.GreetingDone),
        IntroDone = Flag(given, "intro_done", gate.IntroDone),
        ConsentDone = Flag(given, "consent_done", gate.ConsentDone),
        IdentityVerified = Flag(given, "identity_verified", gate.IdentityVerified),
        SupervisorEscalated = Flag(given, "supervisor_escalated", gate.SupervisorEscalated),
        LockedPressureCount = given.TryGetProperty("locked_pressure_count", out var count) && count.ValueKind == JsonValueKind.Number && count.TryGetInt32(out var number) && number >= 0 ? number : gate.LockedPressureCount,
    };

    private static bool Flag(JsonElement given, string name, bool stored) =>
        given.TryGetProperty(name, out var value) ? value.ValueKind == JsonValueKind.True : stored;
}
