using EmrSim.Contracts;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Scripted;

/// <summary>Goes through what was heard, in order, and answers each; keeps the gates that opened on the way.</summary>
internal sealed class Conversation(Question question, Persona persona, CaseFile file, Listener listener, Manner manner, Recollection recollection)
{
    private const int MostTopics = 4;
    private readonly Answers _answers = new(question, file, listener, manner, recollection);
    private readonly Examinations _examinations = new(question, file, recollection);
    private readonly Courtesies _courtesies = new(question, persona, file, manner, recollection);
    private readonly HashSet<string> _answered = new(StringComparer.Ordinal);

    public GateFlags Gate { get; private set; } = question.Gate;

    public List<Part> Answer(IReadOnlyList<Heard> heard)
    {
        var parts = new List<Part>();
        var asksPermission = heard.Any(static one => one.Act == Act.Consent && (SpeechActs.IsAboutTouch(one.Clause) || one.Clause.Split(' ').Length <= 6));
        var hasTopic = heard.Any(static one => one.Act is Act.Asked or Act.Examined or Act.Identity);
        foreach (var one in heard)
        {
            if (parts.Count == MostTopics) break;
            if (one.Act == Act.Acknowledgement && heard.Count > 1) continue;
            if (Respond(one, asksPermission) is not { } part) continue;
            var isMereCourtesy = hasTopic && one.Act is Act.Thanks or Act.Empathy or Act.Explanation && parts.Count > 0;
            if (!isMereCourtesy && _answered.Add(part.ItemIds[0])) parts.Add(part);
        }

        return parts;
    }

    private Part? Respond(Heard heard, bool asksPermission)
    {
        switch (heard.Act)
        {
            case Act.Asked: return heard.Shown is { } trigger && !MayShow(trigger) ? _answers.To(heard.Asked!, null) : _answers.To(heard.Asked!, heard.Shown);
            case Act.Examined:
                var (examined, pressed) = _examinations.Answer(heard, Gate, asksPermission);
                Gate = pressed;
                return examined;
            case Act.Identity:
                var (identity, isVerified) = IdentityCheck.Answer(question, persona, recollection, heard.Clause);
                if (isVerified) Gate = Gate with { IdentityVerified = true };
                return identity;
            case Act.More: return _answers.More(heard.Clause);
            case Act.DiagnosisGuess: return _answers.Belief();
            case Act.Fishing: return Part.Of("stay:no_findings", _examinations.Deflection("fishing"));
            case Act.Show: return MayShow(heard.Shown!) ? new("Here, have a look.", [$"media:{heard.Shown!.Id}"], heard.Shown) : Part.Of("phase:not_to_show", _examinations.Deflection("show"));
            case Act.Unclear: return _answers.FollowUp(heard.Clause);
            default:
                var gate = Gate;
                var courtesy = _courtesies.To(heard, ref gate);
                Gate = gate;
                return courtesy;
        }
    }

    /// <summary>Pictures of findings wait for the examination.</summary>
    private bool MayShow(MediaAsset asset) =>
        (question.Phase == "objective" && Gate.ConsentDone)
        || !file.Scenario.Raw.Items("media_library").Any(one => one.Text("id") == asset.Id && one.Texts("clinical_context").Contains("objective", StringComparer.Ordinal));
}
