using EmrSim.Contracts;

namespace EmrSim.Server.Encounters;

/// <summary>The names are stored and sent in lower case; the list may only grow.</summary>
public enum EncounterState
{
    Active,
    Ending,
    Draining,
    Final,
    Abandoned,
}

/// <param name="Id">The student's capability: 128 random bits, URL-safe.</param>
/// <param name="Version">Grows with every change of state, phase or gate.</param>
/// <param name="LastSeq">The sequence number of the newest event of its log.</param>
public sealed record Encounter(
    string Id,
    string SpsSessionId,
    string PersonaId,
    string ScenarioId,
    string Mode,
    string Phase,
    GateFlags Gate,
    string? RoleId,
    string? Language,
    EncounterState State,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt,
    long Version,
    long LastSeq)
{
    /// <summary>What the transcript holds, once the encounter is over.</summary>
    public Completeness? Completeness { get; init; }

    public bool IsOver => State is EncounterState.Final or EncounterState.Abandoned;

    public EncounterView View => new()
    {
        SessionId = Id,
        State = EncounterStates.Name(State),
        Phase = Phase,
        Gate = Gate,
        Completeness = Completeness,
        PersonaId = PersonaId,
        ScenarioId = ScenarioId,
        RoleId = RoleId,
        Language = Language,
        StartedAt = Iso(StartedAt),
        EndedAt = EndedAt is { } end ? Iso(end) : null,
        Seq = LastSeq,
    };

    public EncounterChange Change => new(Id, EncounterStates.Name(State), Phase, Gate, LastSeq);

    public static string Iso(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);
}

public static class EncounterStates
{
    public static string Name(EncounterState state) => state switch
    {
        EncounterState.Active => "active",
        EncounterState.Ending => "ending",
        EncounterState.Draining => "draining",
        EncounterState.Final => "final",
        _ => "abandoned",
    };

    public static EncounterState Parse(string name) => name switch
    {
        "active" => EncounterState.Active,
        "ending" => EncounterState.Ending,
        "draining" => EncounterState.Draining,
        "final" => EncounterState.Final,
        "abandoned" => EncounterState.Abandoned,
        _ => throw new InvalidOperationException($"The database holds an unknown encounter state: {name}"),
    };
}
