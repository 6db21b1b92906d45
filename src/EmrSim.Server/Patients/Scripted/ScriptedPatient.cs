using System.Runtime.CompilerServices;
using EmrSim.Contracts;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Scripted;

/// <summary>The built-in patient: answers from the case alone, the same to the same question wherever and whenever it is asked.</summary>
internal sealed class ScriptedPatient(CatalogueShelf shelf) : IPatientResponder
{
    private const int MostAnswers = 4;
    private const int WordsAtOnce = 4;

    public async IAsyncEnumerable<ReplyPiece> AnswerAsync(Question question, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var catalogue = shelf.Current;
        var (parts, gate) = Answer(question, catalogue);
        foreach (var words in WordGroups(string.Join(' ', parts.Select(static part => part.Text))))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new SpokenPiece(words);
        }

        if (parts.Select(static part => part.Media).FirstOrDefault(static media => media is not null) is { } shown) yield return new ShownPiece(shown);
        yield return new AnsweredPiece([.. parts.SelectMany(static part => part.ItemIds).Distinct(StringComparer.Ordinal)], gate);
    }

    private static (IReadOnlyList<Part> Parts, GateFlags Gate) Answer(Question question, Catalogue catalogue)
    {
        var (persona, scenario) = catalogue.Need(question.PersonaId, question.ScenarioId);
        var file = catalogue.CaseOf(scenario);
        var listener = catalogue.ListenerOf(file, persona);
        var recollection = new Recollection(question, listener);
        var manner = new Manner(persona, question.EncounterId);
        var heard = listener.Hear(question.Text, question.Phase == "objective");
        var conversation = new Conversation(question, persona, file, listener, manner, recollection);
        var parts = conversation.Answer(heard);
        if (HiddenAgenda.Revealed(question, persona, recollection, heard) is { } revealed && !heard.Any(static one => one.Act is Act.RoleBreak)) parts.Add(revealed);
        if (parts.Count == 0) parts.Add(Clarifications.For(question, recollection));
        return (Voices.Render(question, [.. parts.Take(MostAnswers)], heard, recollection), conversation.Gate);
    }

    private static IEnumerable<string> WordGroups(string text)
    {
        var start = 0;
        var words = 0;
        for (var place = 0; place < text.Length; place++)
        {
            if (text[place] != ' ' || ++words % WordsAtOnce != 0) continue;
            yield return text[start..(place + 1)];
            start = place + 1;
        }

        if (start < text.Length) yield return text[start..];
    }
}
