using EmrSim.Contracts;
using EmrSim.Server.Encounters;
using EmrSim.Server.Transcripts;

namespace EmrSim.Server.Live;

/// <summary>Something that those who watch an encounter are told.</summary>
/// <param name="Seq">Its place in the encounter's log; 0 when it has none and is told only once.</param>
/// <param name="Payload">A TranscriptEntry, EncounterChange or TranscriptErrorNotice, a state of degradation as text, or null when there is nothing to show.</param>
public sealed record LiveEvent(string EncounterId, long Seq, object? Payload)
{
    /// <summary>Says only that the log has grown.</summary>
    internal static LiveEvent Bell(string encounterId) => new(encounterId, -1, null);

    public static LiveEvent Of(Encounter encounter)
    {
        ArgumentNullException.ThrowIfNull(encounter);
        return new(encounter.Id, encounter.LastSeq, encounter.Change);
    }

    public static LiveEvent Of(string encounterId, StoredTurn turn)
    {
        ArgumentNullException.ThrowIfNull(turn);
        return new(encounterId, turn.Seq, turn.IsOutstanding ? null : turn.ToEntry(encounterId));
    }

    public static LiveEvent Of(TranscriptEntry partial)
    {
        ArgumentNullException.ThrowIfNull(partial);
        return new(partial.SessionId, 0, partial);
    }

    public static LiveEvent Of(TranscriptErrorNotice notice)
    {
        ArgumentNullException.ThrowIfNull(notice);
        return new(notice.SessionId, 0, notice);
    }
}
