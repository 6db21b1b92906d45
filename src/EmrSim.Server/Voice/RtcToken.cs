using System.Text.Json;

namespace EmrSim.Server.Voice;

/// <summary>A call's short-lived secret.</summary>
/// <param name="ExpiresAt">By the voice service's clock, as callers are told.</param>
/// <param name="KeptUntil">By ours: at most a minute after it was minted.</param>
public sealed record RtcToken(string Value, long ExpiresAt, DateTimeOffset KeptUntil)
{
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(60);
    private const int LongestValue = 4096;
    private const double LatestSecond = 253_402_300_799;

    /// <summary>Null when the answer holds no usable secret.</summary>
    public static RtcToken? Read(ReadOnlySpan<byte> answer, DateTimeOffset now)
    {
        try
        {
            var (value, expires) = ReadFields(answer);
            if (value is not { Length: > 0 and <= LongestValue } || value.AsSpan().ContainsAnyExceptInRange('!', '~')) return null;
            var life = expires is { } end ? DateTimeOffset.FromUnixTimeSeconds(end) - now : Life;

            // A fresh secret that seems to be over means that the clocks disagree; its own life then is what was asked for.
            if (life <= TimeSpan.Zero || life > Life) life = Life;
            return new(value, expires ?? (now + Life).ToUnixTimeSeconds(), now + life);
        }
        catch (Exception nonsense) when (nonsense is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    // Read without a document: the answer repeats the whole session, instructions included.
    private static (string? Value, long? ExpiresAt) ReadFields(ReadOnlySpan<byte> answer)
    {
        var reader = new Utf8JsonReader(answer);
        string? value = null;
        long? expires = null;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isValue = reader.ValueTextEquals("value"u8);
            var isExpires = reader.ValueTextEquals("expires_at"u8);
            reader.Read();
            if (isValue && reader.TokenType == JsonTokenType.String) value = reader.GetString();
            else if (isExpires && reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var seconds) && seconds is > 0 and < LatestSecond) expires = (long)seconds;
            else reader.Skip();
        }

        return (value, expires);
    }
}
