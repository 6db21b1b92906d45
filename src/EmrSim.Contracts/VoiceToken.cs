using System.Text.Json;
using System.Text.Json.Serialization;

namespace EmrSim.Contracts;

/// <summary>The answer of <c>POST /api/voice/token</c>: what a browser needs to open a voice call.</summary>
public sealed record VoiceToken
{
    /// <summary>The short-lived secret of the call. Kept by the server too, for <c>POST /api/voice/sdp</c>.</summary>
    [JsonPropertyName("rtc_token")]
    public required string RtcToken { get; init; }

    /// <summary>The voice model that the call was made for.</summary>
    [JsonPropertyName("model")]
    public required string Model { get; init; }

    /// <summary>The voice that speaks.</summary>
    [JsonPropertyName("tts_voice")]
    public required string TtsVoice { get; init; }

    /// <summary>Who speaks; <c>null</c> when persona or scenario is unknown.</summary>
    [JsonPropertyName("persona")]
    public required VoicePersona? Persona { get; init; }

    /// <summary><c>phase</c> and <c>role_id</c> that the instructions were made for; empty when persona or scenario is unknown.</summary>
    [JsonPropertyName("context")]
    public required IReadOnlyDictionary<string, string?> Context { get; init; }

    /// <summary>The terms of the token.</summary>
    [JsonPropertyName("opts")]
    public required VoiceTokenTerms Terms { get; init; }
}

/// <summary>The patient as a voice page shows it.</summary>
/// <param name="Id">The persona's id.</param>
/// <param name="DisplayName">The preferred name, else the name, else the id.</param>
/// <param name="SpeakingRate">As the persona's file has it.</param>
/// <param name="VoiceId">As the persona's file has it, also when no such voice exists.</param>
public sealed record VoicePersona(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("display_name")] string DisplayName,
    [property: JsonPropertyName("speaking_rate")] JsonElement? SpeakingRate,
    [property: JsonPropertyName("voice_id")] string? VoiceId);

/// <summary>The terms of a token.</summary>
/// <param name="ExpiresAt">The moment of its end, in seconds since 1970, by the voice service's clock.</param>
public sealed record VoiceTokenTerms([property: JsonPropertyName("expires_at")] long ExpiresAt);
