using System.Text.Json.Serialization;

namespace EmrSim.Server.Live.SocketIo;

/// <summary>What became of an event, for a client that asked.</summary>
internal sealed record SocketAnswer(
    [property: JsonPropertyName("ok")] bool Ok,
    [property: JsonPropertyName("error"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error)
{
    public static SocketAnswer Of(string? error) => new(error is null, error);
}
