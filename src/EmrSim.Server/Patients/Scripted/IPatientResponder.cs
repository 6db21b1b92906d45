namespace EmrSim.Server.Patients.Scripted;

/// <summary>Someone who answers as the patient: the script here, a language model elsewhere.</summary>
internal interface IPatientResponder
{
    IAsyncEnumerable<ReplyPiece> AnswerAsync(Question question, CancellationToken cancellationToken);
}
