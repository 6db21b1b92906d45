using System.Collections.Concurrent;
using EmrSim.Contracts;
using EmrSim.Server.Patients;
using EmrSim.Server.Patients.Briefs;

namespace EmrSim.Server.Voice;

/// <summary>
/// Writes scripts, and keeps the latest: a classroom asks for the same few again and again, and each takes milliseconds to compose.
/// </summary>
public sealed class VoiceScripts(Casebook casebook)
{
    // Roles are the caller's words, so the number of different scripts is not ours to choose.
    private const int MostKept = 256;
    private readonly ConcurrentDictionary<BriefRequest, Kept> _kept = new();

    /// <summary>Instructions hold only what the patient would know: a browser can read them on the call's data channel.</summary>
    public VoiceScript Write(string? personaId, string? scenarioId, string phase, GateFlags gate, string? roleId, string? replyLanguage)
    {
        if (personaId is null || scenarioId is null || casebook.FindPersona(personaId) is not { } persona || casebook.FindScenario(scenarioId) is not { } scenario)
            return new(null, null, ForNobody(replyLanguage));
        var request = new BriefRequest(personaId, scenarioId, phase, gate, roleId, ForFaculty: false, replyLanguage);

        // Content that was read anew is other objects.
        if (_kept.TryGetValue(request, out var kept) && ReferenceEquals(kept.Script.Persona, persona) && ReferenceEquals(kept.Scenario, scenario)) return kept.Script;
        var brief = casebook.ComposeBrief(request);
        var script = new VoiceScript(persona, brief, brief.Instructions);
        if (_kept.Count >= MostKept) _kept.Clear();
        _kept[request] = new(script, scenario);
        return script;
    }

    private static string ForNobody(string? replyLanguage) =>
        replyLanguage is null or "en" ? Baseline.Text : $"{Baseline.Text}\n\nReply in {ReplyLanguage.EnglishName(replyLanguage)}.";

    private sealed record Kept(VoiceScript Script, Scenario Scenario);
}
