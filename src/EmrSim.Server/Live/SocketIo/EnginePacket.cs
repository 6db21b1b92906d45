using System.Text.Json;
using System.Text.Json.Serialization;
using EmrSim.Server.Transcripts;

namespace EmrSim.Server.Live.SocketIo;

/// <summary>Engine.IO packets are text: the first character says what they are.</summary>
internal static class EnginePacket
{
    public const char CloseType = '1';
    public const char PongType = '3';
    public const char MessageType = '4';

    public const string Close = "1";
    public const string Ping = "2";
    public const string ProbePing = "2probe";
    public const string ProbePong = "3probe";
    public const string Upgrade = "5";
    public const string Noop = "6";

    /// <summary>Stands between the packets of one request or answer of the polling transport.</summary>
    public const char Separator = '\u001e';

    public static string Open(string id, bool mayUpgrade) => "0" + JsonSerializer.Serialize(new Handshake(
        id,
        mayUpgrade ? ["websocket"] : [],
        (long)EngineLimits.PingInterval.TotalMilliseconds,
        (long)EngineLimits.PingTimeout.TotalMilliseconds,
        EngineLimits.LongestPayload), RecordJson.Default.Handshake);

    internal sealed record Handshake(
        [property: JsonPropertyName("sid")] string Id,
        [property: JsonPropertyName("upgrades")] string[] Upgrades,
        [property: JsonPropertyName("pingInterval")] long PingInterval,
        [property: JsonPropertyName("pingTimeout")] long PingTimeout,
        [property: JsonPropertyName("maxPayload")] int MaxPayload);
}
