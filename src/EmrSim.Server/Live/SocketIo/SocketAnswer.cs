using System.Text.Json.Serialization;
using EmrSim.Contracts;

namespace EmrSim.Server.Live.SocketIo;

/// <summary>What a client has missed.</summary>
internal sealed record CaughtUp(
    [property: JsonPropertyName("sessionId")] string SessionId,
    [property: JsonPropertyName("transcripts")] IReadOnlyList<TranscriptEntry> Transcripts);

/// <summary>What became of an event, for a client that asked.</summary>
internal sealed record SocketAnswer(
    [property: JsonPropertyName("ok")] bool Ok,
    [property: JsonPropertyName("error"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error)
{
    public static SocketAnswer Of(string? error) => new(error is null, error);
}
