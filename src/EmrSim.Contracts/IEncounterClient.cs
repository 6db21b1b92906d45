namespace EmrSim.Contracts;

/// <summary>What the hub at /hubs/encounter tells its clients.</summary>
public interface IEncounterClient
{
    /// <summary>An utterance was spoken, finished or corrected.</summary>
    Task Transcript(TranscriptEntry entry);

    /// <summary>Words were lost on their way.</summary>
    Task TranscriptError(TranscriptErrorNotice notice);

    /// <summary>The encounter's state, phase or gate has changed; also told once after joining.</summary>
    Task EncounterChanged(EncounterChange change);

    /// <summary>What the system can't do just now, or ok.</summary>
    Task Degraded(string state);
}
