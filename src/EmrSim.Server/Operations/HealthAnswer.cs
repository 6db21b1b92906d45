using System.Text.Json;
using System.Text.Json.Serialization;

namespace EmrSim.Server.Operations;

public sealed record HealthAnswer(
    bool Ok,
    string Status,
    [property: JsonPropertyName("uptime_s")] int UptimeS,
    string Db,
    string Openai,
    string Storage,
    IReadOnlyList<string> Warnings,
    HealthFeatures Features,
    RedisAnswer Redis,
    IReadOnlyList<TierAnswer> Tiers,
    FeedAnswer Feed,
    string Version,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Details);

public sealed record HealthFeatures(bool VoiceEnabled, bool SpsEnabled, bool VoiceDebug);

public sealed record RedisAnswer(
    bool Configured,
    bool Connected,
    string? Url,
    string? Version,
    [property: JsonPropertyName("last_error")] string? LastError,
    DateTimeOffset? Since);

public sealed record TierAnswer(
    string Name,
    string State,
    [property: JsonPropertyName("holds_entries")] bool HoldsEntries,
    [property: JsonPropertyName("last_ms")] double LastMs,
    [property: JsonPropertyName("last_failure")] string? LastFailure);

/// <param name="State">alone, live, fallback or deaf.</param>
/// <param name="Peers">Other instances that were just heard.</param>
public sealed record FeedAnswer(string State, int Peers, IReadOnlyList<LineAnswer> Lines);

public sealed record LineAnswer(
    string Name,
    bool Believed,
    [property: JsonPropertyName("echo_ms")] double EchoMs,
    string? Problem,
    DateTimeOffset Since);

/// <summary>Written by code made ahead, without what describes the types: that would be compiled for the first answer.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, GenerationMode = JsonSourceGenerationMode.Serialization)]
[JsonSerializable(typeof(HealthAnswer))]
internal sealed partial class OperationsJson : JsonSerializerContext
{
    public static byte[] Written(HealthAnswer answer) => JsonSerializer.SerializeToUtf8Bytes(answer, Default.HealthAnswer);
}
