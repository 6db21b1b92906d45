namespace EmrSim.Server.Limits;

/// <summary>How many requests of one kind a session, and an address (a classroom shares one), may make in a window; 0 for no limit.</summary>
public sealed record RouteLimit(string Scope, int PerSession, int PerAddress, TimeSpan Window)
{
    public string SessionScope { get; } = $"{Scope}_session";

    public string AddressScope { get; } = $"{Scope}_address";
}
