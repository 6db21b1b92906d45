using System.Text.Json.Serialization;

namespace EmrSim.Server.Voice;

// The body of POST /v1/realtime/client_secrets, as the service names its parts.

internal sealed record SecretRequest(SecretLife ExpiresAfter, RealtimeSession Session);

internal sealed record SecretLife(string Anchor, int Seconds);

internal sealed record RealtimeSession(string Type, string Model, string Instructions, IReadOnlyList<string> OutputModalities, RealtimeAudio Audio);

internal sealed record RealtimeAudio(RealtimeInput Input, RealtimeOutput Output);

internal sealed record RealtimeInput(RealtimeTranscription Transcription, TurnDetection TurnDetection);

internal sealed record RealtimeTranscription(string Model, string? Language);

internal sealed record TurnDetection(string Type, double Threshold, int PrefixPaddingMs, int SilenceDurationMs);

internal sealed record RealtimeOutput(string Voice, double? Speed);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SecretRequest))]
internal sealed partial class RealtimeJson : JsonSerializerContext;
