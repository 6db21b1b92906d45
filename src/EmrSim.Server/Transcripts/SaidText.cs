using System.Globalization;
using System.Text;
using System.Text.Json;
using EmrSim.Contracts;
using EmrSim.Server.Http;

namespace EmrSim.Server.Transcripts;

/// <summary>Reads what clients of several generations say of an utterance: either spelling of a name, times as numbers or as text.</summary>
internal static class SaidText
{
    private const int LongestText = 100 * 1024;
    private const int LongestMediaField = 2048;
    private const long LatestMs = 4_133_980_800_000;

    /// <summary>The words trimmed, empty when blank. Throws when they are no string or too long.</summary>
    public static string Words(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String) throw new ApiErrorException(TranscriptErrors.InvalidText);
        var text = value.GetString()!;
        if (Encoding.UTF8.GetByteCount(text) > LongestText) throw new ApiErrorException(TranscriptErrors.TextTooLong);

        // PostgreSQL keeps no NUL, and the two databases hold the same.
        return text.Replace('\0', '\uFFFD').Trim();
    }

    /// <summary>A time in unix milliseconds; null when it is missing, no number or absurd.</summary>
    public static long? Time(JsonElement value) => Mark(value) is { } time and < LatestMs ? time : null;

    /// <summary>The number given as a time, however absurd: it still tells one turn from another.</summary>
    public static long? Mark(JsonElement value)
    {
        var number = value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetDouble(out var given) => given,
            JsonValueKind.String when double.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var given) => given,
            _ => double.NaN,
        };
        return Math.Round(number) is >= 1 and < long.MaxValue and var time ? (long)time : null;
    }

    /// <summary>An id as text; null when it is missing or neither text nor number.</summary>
    public static string? Id(JsonElement value) => TurnIdentity.OfGiven(value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!.Trim(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    });

    public static JsonElement? Media(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || Field("id") is not { } id) return null;
        return JsonSerializer.SerializeToElement(new MediaRef(id, Field("url"), Field("type"), Field("title") ?? Field("caption")), RecordJson.Default.MediaRef);

        string? Field(string name) =>
            value.TryGetProperty(name, out var field) && field.ValueKind == JsonValueKind.String && field.GetString() is { Length: > 0 and <= LongestMediaField } text
                ? text.Replace('\0', '\uFFFD')
                : null;
    }

    /// <summary>The first of the names that is there.</summary>
    public static JsonElement Either(this JsonElement item, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)) return value;
        }

        return default;
    }

    public static JsonElement Either(this JsonBody body, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (body[name] is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } value) return value;
        }

        return default;
    }
}
