namespace EmrSim.Fleet.Tests.Traffic;

/// <summary>A voice handshake: a token from one instance, the offer at the next.</summary>
public sealed class Handshake(RoundRobin door, string session)
{
    private const string Offer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\n";

    public static async Task<Handshake?> BeginAsync(RoundRobin door, string session)
    {
        ArgumentNullException.ThrowIfNull(door);
        return await door.PostAsync("token", "/api/voice/token", new { session_id = session }) is null ? null : new(door, session);
    }

    /// <summary>False when the token that was given is not good any more.</summary>
    public async Task<bool> FinishAsync() => await door.PostAsync("sdp", "/api/voice/sdp", new { session_id = session, sdp = Offer }) is not null;
}
