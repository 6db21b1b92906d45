using System.Text.Json;

namespace EmrSim.Server.Patients;

/// <param name="Raw">As written, unknown keys included.</param>
public sealed record Persona(string Id, string DisplayName, string? VoiceId, JsonElement? SpeakingRate, JsonElement Raw);

/// <param name="Raw">As written or compiled from its folder, unknown keys included.</param>
public sealed record Scenario(string Id, string Title, IReadOnlyDictionary<string, MediaAsset> Media, JsonElement Raw);

public sealed record MediaAsset(string Id, string Type, string Url, string Caption);
