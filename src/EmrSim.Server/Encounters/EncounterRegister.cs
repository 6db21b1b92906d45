using EmrSim.Contracts;

namespace EmrSim.Server.Encounters;

/// <summary>The encounters' front door for other features. The database is the truth; a hot copy is in the session store.</summary>
public sealed class EncounterRegister
{
    /// <summary>The encounter, or null when no instance ever created it. Safe for any text as id.</summary>
    public Task<Encounter?> FindAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException(id);

    /// <summary>Stores gates that the conversation has opened, whatever else changed meanwhile: flags only ever turn on.</summary>
    public Task OpenGatesAsync(string id, GateFlags gate, CancellationToken cancellationToken) => throw new NotSupportedException(id);
}
