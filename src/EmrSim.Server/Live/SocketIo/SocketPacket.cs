using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using EmrSim.Server.Http;
using EmrSim.Server.Transcripts;

namespace EmrSim.Server.Live.SocketIo;

/// <summary>A Socket.IO 5 packet: type, namespace unless it is the default one, the number of a wanted answer, JSON.</summary>
/// <param name="Answer">The number under which the client wants an answer, or null.</param>
/// <param name="Data">Of kind Undefined when there is none.</param>
internal readonly record struct SocketPacket(char Type, string Namespace, long? Answer, JsonElement Data)
{
    public const char ConnectType = '0';
    public const char DisconnectType = '1';
    public const char EventType = '2';
    public const char AckType = '3';

    private const string Main = "/";
    private const int MostDigits = 15;

    public bool IsMain => Namespace == Main;

    /// <summary>False for what is no packet, and for the binary kinds, whose parts would follow.</summary>
    public static bool TryParse(string text, out SocketPacket packet)
    {
        packet = default;
        if (text.Length == 0 || text[0] is < ConnectType or > AckType) return false;
        var rest = text.AsSpan(1);
        var target = Main;
        if (rest.StartsWith("/"))
        {
            var end = rest.IndexOf(',');
            target = (end < 0 ? rest : rest[..end]).ToString();
            rest = end < 0 ? default : rest[(end + 1)..];
        }

        var digits = rest.IndexOfAnyExceptInRange('0', '9');
        if (digits < 0) digits = rest.Length;
        if (digits > MostDigits) return false;
        long? answer = digits == 0 ? null : long.Parse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
        if (!TryRead(rest[digits..], out var data)) return false;
        packet = new(text[0], target, answer, data);
        return packet.IsSound;
    }

    public static string Connected(string id) => $"0{new JsonObject { ["sid"] = id }.ToJsonString()}";

    public static string Refused(string target) => $$"""4{{target}},{"message":"Invalid namespace"}""";

    public static string Event(string name, object payload) => $"2[\"{name}\",{JsonSerializer.Serialize(payload, payload.GetType(), RecordJson.Default)}]";

    public static string Ack(long answer, object payload) => string.Create(CultureInfo.InvariantCulture, $"3{answer}[{JsonSerializer.Serialize(payload, payload.GetType(), RecordJson.Default)}]");

    private bool IsSound => Type switch
    {
        ConnectType => Answer is null && Data.ValueKind is JsonValueKind.Undefined or JsonValueKind.Object,
        DisconnectType => Answer is null && Data.ValueKind == JsonValueKind.Undefined,
        EventType => Data.ValueKind == JsonValueKind.Array && Data.GetArrayLength() > 0 && Data[0].ValueKind is JsonValueKind.String or JsonValueKind.Number,
        _ => Answer is not null && Data.ValueKind == JsonValueKind.Array,
    };

    private static bool TryRead(ReadOnlySpan<char> json, out JsonElement data)
    {
        data = default;
        if (json.IsEmpty) return true;
        try
        {
            data = JsonSerializer.Deserialize(json, RecordJson.Default.JsonElement);
            HalfPairs.Refuse(data);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
