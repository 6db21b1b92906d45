using EmrSim.Contracts;
using EmrSim.Server.Encounters;
using EmrSim.Server.Transcripts;
using Microsoft.AspNetCore.SignalR;

namespace EmrSim.Server.Live;

/// <summary>The SignalR door of the live feed.</summary>
public sealed class EncounterHub(EncounterRegister encounters, TranscriptLog transcripts, HubWatches watches) : Hub
{
    /// <summary>Follows an encounter from a place in its log. False when there is no such encounter.</summary>
    public async Task<bool> JoinEncounter(string id, long? afterSeq)
    {
        if (await encounters.FindAsync(id, Context.ConnectionAborted) is null) return false;
        watches.Join(Context, id, Math.Max(0, afterSeq ?? 0));
        return true;
    }

    public Task LeaveEncounter(string id) => HubWatches.LeaveAsync(Context, id);

    /// <summary>What happened after a place in the log, for a client that wants to ask instead of being told.</summary>
    public async Task<TranscriptEntry[]> Catchup(string id, long? afterSeq)
    {
        if (await encounters.FindAsync(id, Context.ConnectionAborted) is null) throw new HubException("session_not_found: no such session.");
        var turns = await transcripts.ReadChangesAsync(id, Math.Max(0, afterSeq ?? 0), long.MaxValue, Context.ConnectionAborted);
        return [.. turns.Where(turn => !turn.IsOutstanding).Select(turn => turn.ToEntry(id))];
    }
}
