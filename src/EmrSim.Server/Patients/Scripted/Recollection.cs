using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Scripted;

/// <summary>
/// What happened so far, read from the words alone, so that any instance can answer the next question:
/// which sentences were said, what was spoken of last, whether touching was agreed to.
/// </summary>
internal sealed class Recollection
{
    private const int LongestLookBack = 30;
    private const int TopicLookBack = 8;
    private readonly List<string> _said;
    private readonly List<IReadOnlyList<Heard>> _heard = [];

    public Recollection(Question question, Listener listener)
    {
        var history = question.History;
        var count = history.Count > 0 && history[^1].Role == "user" && history[^1].Text == question.Text ? history.Count - 1 : history.Count;
        var earlier = history.Take(count).ToList();
        _said = [.. earlier.Where(static one => one.Role != "user").Select(static one => one.Text)];
        foreach (var utterance in earlier.Where(static one => one.Role == "user").TakeLast(LongestLookBack)) _heard.Add(listener.Hear(utterance.Text));
        UserTurns = earlier.Count(static one => one.Role == "user");
    }

    public int UserTurns { get; }

    public string? LastSaid => _said.Count > 0 ? _said[^1] : null;

    public bool WasSaid(string line) => _said.Exists(text => text.Contains(line, StringComparison.OrdinalIgnoreCase));

    public bool AgreedToTouch => _heard.Exists(static turn => turn.Any(static one => one.Act == Act.Consent && SpeechActs.IsAboutTouch(one.Clause)));

    public int IdentityRequests => _heard.Count(static turn => turn.Any(static one => one.Act == Act.Identity));

    public int Examinations(CaseFile file) => file.Objective.Count(item => item.Lines.Count > 0 && WasSaid(item.Lines[^1]));

    public SubjectiveItem? LastTopic =>
        Enumerable.Reverse(_heard).Take(TopicLookBack).SelectMany(static turn => turn.Reverse()).FirstOrDefault(static one => one.Asked is not null)?.Asked;
}
