namespace EmrSim.Server.Transcripts;

/// <summary>The transcripts' front door for other features: append, read in conversation order, read what is after a sequence number.</summary>
public sealed class TranscriptLog
{
    /// <summary>Commits one utterance and then publishes it. The same item again changes nothing and answers with what is stored.</summary>
    public Task<StoredTurn> AppendAsync(string encounterId, NewTurn turn, CancellationToken cancellationToken) => throw new NotSupportedException(encounterId);

    /// <summary>All finished turns in the order of the conversation.</summary>
    public Task<IReadOnlyList<StoredTurn>> ReadAsync(string encounterId, CancellationToken cancellationToken) => throw new NotSupportedException(encounterId);
}
