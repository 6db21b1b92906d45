using EmrSim.Contracts;
using EmrSim.Server.Patients.Briefs;
using EmrSim.Server.Patients.Content;
using EmrSim.Server.Patients.Scripted;

namespace EmrSim.Server.Patients;

/// <summary>The patients' front door for other features: personas, scenarios, what a patient is told and what a patient says.</summary>
public sealed class Casebook
{
    private readonly CatalogueShelf _shelf;
    private readonly IPatientResponder _patient;

    internal Casebook(CatalogueShelf shelf, IPatientResponder patient)
    {
        _shelf = shelf;
        _patient = patient;
    }

    public Persona? FindPersona(string id) => _shelf.Current.Personas.GetValueOrDefault(id);

    public Scenario? FindScenario(string id) => _shelf.Current.Scenarios.GetValueOrDefault(id);

    /// <summary>The case whose kit of facts belongs to the scenario.</summary>
    public string CaseIdOf(string scenarioId) => _shelf.Current.CaseIdOf(scenarioId);

    /// <summary>The instructions of a model patient. Holds only what the patient would know; facts for teachers only when they are asked for.</summary>
    public Brief ComposeBrief(BriefRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return BriefComposer.Compose(_shelf.Current, request);
    }

    /// <summary>The scripted (or model) patient's answer to what the student said, piece by piece.</summary>
    public IAsyncEnumerable<ReplyPiece> AnswerAsync(Question question, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(question);
        return _patient.AnswerAsync(question, cancellationToken);
    }

    /// <summary>The gates as words leave them that were said to, or by, a patient who is not the script.</summary>
    /// <param name="spoken">What was said.</param>
    /// <param name="conversation">The whole conversation with these words; asked for only when it matters.</param>
    public ValueTask<GateFlags> GateAfterAsync(SpokenWords spoken, Func<Task<IReadOnlyList<Utterance>>> conversation)
    {
        ArgumentNullException.ThrowIfNull(spoken);
        ArgumentNullException.ThrowIfNull(conversation);
        // A case may have left the library while its encounter runs.
        return FindPersona(spoken.PersonaId) is null || FindScenario(spoken.ScenarioId) is null
            ? ValueTask.FromResult(spoken.Gate)
            : OpenedGates.BySpeechAsync(_shelf.Current, spoken, conversation);
    }
}
