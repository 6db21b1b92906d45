using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Scripted;

/// <summary>What the persona keeps back until someone asks in the right way or shows that they care.</summary>
internal static class HiddenAgenda
{
    private const int EarliestTurn = 3;
    private const double CloseEnough = 0.65;

    public static Part? Revealed(Question question, Persona persona, Recollection recollection, IReadOnlyList<Heard> heard)
    {
        var agenda = persona.Raw.At("hidden_agenda");
        var concerns = agenda.Texts("concerns").Select(FirstPerson.Sentence).Where(concern => concern.Length > 0 && !recollection.WasSaid(concern)).ToList();
        if (concerns.Count == 0 || !IsTriggered(question, agenda.Texts("reveal_triggers"), recollection, heard)) return null;
        return new($"There is something else, to be honest. {concerns[0]}", ["persona:hidden_agenda"], IsFact: true);
    }

    private static bool IsTriggered(Question question, IReadOnlyList<string> triggers, Recollection recollection, IReadOnlyList<Heard> heard)
    {
        if (recollection.UserTurns > 0 && heard.Any(static one => one.Act == Act.Empathy)) return true;
        if (recollection.UserTurns < EarliestTurn) return false;
        var said = Words.Normalise(question.Text);
        return triggers.Count > 0 && new PhraseIndex(triggers.Select(static trigger => new[] { Core(trigger) })).Rank(new(said)) is [{ Score: >= CloseEnough }, ..];
    }

    private static string Core(string trigger) =>
        trigger.StartsWith("asked ", StringComparison.OrdinalIgnoreCase) ? trigger[6..] : trigger.StartsWith("told that ", StringComparison.OrdinalIgnoreCase) ? trigger[10..] : trigger;
}
