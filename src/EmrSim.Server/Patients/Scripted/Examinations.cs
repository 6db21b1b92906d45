using EmrSim.Contracts;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Scripted;

/// <summary>Decides whether the patient lets an examination happen, and says what comes of it.</summary>
internal sealed class Examinations(Question question, CaseFile file, Recollection recollection)
{
    private const int PatienceWithPressure = 3;
    private static readonly string[] s_notYet =
    [
        "Before you examine me, could I finish telling you what is going on?",
        "I think we are still talking, are we not? Please ask me everything first.",
        "Could we do that a bit later? I have not told you everything yet.",
    ];

    private static readonly string[] s_askFirst =
    [
        "Sorry, could you tell me first what you are going to do and whether that is all right with me?",
        "I would like to know first what will happen, and be asked.",
        "Please explain that to me first. Nobody has asked me yet.",
    ];

    private static readonly string[] s_refuse =
    [
        "No, I would rather not do that. It does not feel safe to me right now.",
        "I am not comfortable trying that at the moment.",
        "That is too much for me today, sorry.",
    ];

    private int _done = -1;

    /// <param name="askedJustNow">The student asked for permission in the same breath.</param>
    public (Part Part, GateFlags Gate) Answer(Heard heard, GateFlags gate, bool askedJustNow)
    {
        if (heard.Examined is { } item && (item.IsForbidden || item.Contraindications.Any(static rule => rule.StartsWith("always", StringComparison.OrdinalIgnoreCase)))) return (Refusal(item.Id), gate);
        if (file.Scenario.Raw.At("guardrails").Flag("impact_testing_unsafe") && CaseFile.IsImpact(heard.Clause)) return (Refusal("guardrail:impact"), gate);
        if (question.Phase != "objective") return (Elsewhere(heard), gate.ConsentDone || askedJustNow ? gate : Pressed(gate));
        if (heard.Examined is null && gate.ConsentDone && SpeechActs.IsPositioning(heard.Clause)) askedJustNow = true;
        if (!MayBegin(heard.Examined, gate, askedJustNow)) return Blocked(gate);
        if (heard.Examined is null && SpeechActs.IsPositioning(heard.Clause)) return (Part.Of("examination:position", Chance.Fresh(["All right. Like this?", "Okay, is this how you want me?", "Okay."], question.EncounterId, $"position {recollection.UserTurns}", recollection.LastSaid)), gate);
        if (heard.Examined is null) return (Part.Of("clarify:examination", Deflection("which examination")), gate);
        return (Finding(heard.Examined), gate);
    }

    public string Deflection(string occasion) =>
        Chance.Fresh(file.DeflectionLines.Count > 0 ? file.DeflectionLines : ["I could not tell you that, you would have to look for yourself.", "Which movement exactly would you like me to try?"], question.EncounterId, $"{occasion} {recollection.UserTurns}", recollection.LastSaid);

    private bool MayBegin(ObjectiveItem? item, GateFlags gate, bool askedJustNow) =>
        askedJustNow || (gate.ConsentDone && (item is not { NeedsTouchConsent: true } || recollection.AgreedToTouch));

    private (Part, GateFlags) Blocked(GateFlags gate)
    {
        var pressed = Pressed(gate);
        var text = pressed.SupervisorEscalated
            ? "I have asked you to explain it and to ask me first. Perhaps your supervisor could come in?"
            : Chance.Fresh(s_askFirst, question.EncounterId, $"ask {recollection.UserTurns}", recollection.LastSaid);
        return (Part.Of("gate:consent", text), pressed);
    }

    private static GateFlags Pressed(GateFlags gate) => gate with
    {
        LockedPressureCount = gate.LockedPressureCount + 1,
        SupervisorEscalated = gate.SupervisorEscalated || gate.LockedPressureCount + 1 >= PatienceWithPressure,
    };

    private Part Elsewhere(Heard heard) => question.Phase == "treatment_plan"
        ? Part.Of("phase:examination_over", "I thought the examination was over. What does it mean for me now?")
        : new(Chance.Fresh(s_notYet, question.EncounterId, $"early {recollection.UserTurns}", recollection.LastSaid), heard.Examined is { } item ? ["phase:history_first", item.Id] : ["phase:history_first"]);

    private Part Refusal(string id) => new(Chance.Fresh(s_refuse, question.EncounterId, $"refuse {id}", recollection.LastSaid), ["guardrail:refused", id]);

    private Part Finding(ObjectiveItem item)
    {
        var lines = item.Lines.Count > 0 ? string.Join(' ', item.Lines) : "That feels normal to me. Finding: nothing of note is recorded for this test.";
        _done = _done < 0 ? recollection.Examinations(file) : _done;
        var tired = file.FatigueThreshold > 0 && ++_done == file.FatigueThreshold ? " Could we take a short break after this one? I am getting tired." : "";
        return new(lines + tired, [item.Id], item.MediaId is { } id ? file.Scenario.Media.GetValueOrDefault(id) : null, IsFact: true);
    }
}
