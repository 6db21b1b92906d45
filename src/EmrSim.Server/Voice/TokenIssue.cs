using System.Text.Json;

namespace EmrSim.Server.Voice;

/// <summary>The durable trace of a token: enough to mint it again when every store has lost it.</summary>
/// <param name="Order">The <see cref="MintOrder"/> as JSON.</param>
/// <param name="RemintedAt">When an instance took it upon itself to mint it again; null while nobody has.</param>
/// <param name="SealedToken">The token itself, where the session store alone would not do.</param>
public sealed record TokenIssue(string SessionId, long IssuedAt, long ExpiresAt, string Order, long? RemintedAt, byte[]? SealedToken)
{
    public MintOrder? ReadOrder() => JsonSerializer.Deserialize(Order, VoiceJson.Default.MintOrder);
}
