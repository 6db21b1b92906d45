namespace EmrSim.Server.Patients;

/// <summary>The patients' front door for other features: personas, scenarios, what a patient is told and what a patient says.</summary>
public sealed class Casebook
{
    public Persona? FindPersona(string id) => throw new NotSupportedException(id);

    public Scenario? FindScenario(string id) => throw new NotSupportedException(id);

    /// <summary>The instructions of a model patient. Holds only what the patient would know, whatever the audience.</summary>
    public Brief ComposeBrief(BriefRequest request) => throw new NotSupportedException(request.ToString());

    /// <summary>The scripted (or model) patient's answer to what the student said, piece by piece.</summary>
    public IAsyncEnumerable<ReplyPiece> AnswerAsync(Question question, CancellationToken cancellationToken) => throw new NotSupportedException(question.ToString());
}
