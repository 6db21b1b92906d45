using EmrSim.Contracts;
using EmrSim.Server.Patients;
using EmrSim.Server.Transcripts;

namespace EmrSim.Server.Encounters;

/// <summary>Opens gates by what is spoken, as <see cref="Answering"/> does by what is written.</summary>
public sealed class SpokenGates(NearEncounters near, EncounterRegister encounters, TranscriptLog transcripts, Casebook casebook)
{
    /// <summary>After the words are in the transcript. Done again for words that come again, it changes nothing.</summary>
    public async Task HearAsync(string encounterId, string role, string words, CancellationToken cancellationToken)
    {
        // An older look is good enough: gates only ever open, and what opens them is told to the newest.
        if (await near.FindAsync(encounterId, cancellationToken) is not { IsOver: false } encounter || IsAllOpen(encounter.Gate)) return;
        var gate = await casebook.GateAfterAsync(
            new(encounter.PersonaId, encounter.ScenarioId, encounter.Phase, encounter.Gate, role, words),
            async () => [.. (await transcripts.ReadAsync(encounterId, cancellationToken)).Select(static turn => new Utterance(turn.Role, turn.Text))]);
        if (gate != encounter.Gate) await encounters.OpenGatesAsync(encounterId, gate, cancellationToken);
    }

    private static bool IsAllOpen(GateFlags gate) => gate is { GreetingDone: true, IntroDone: true, ConsentDone: true, IdentityVerified: true };
}
