using System.Diagnostics;
using System.Text;
using EmrSim.Server.Http;

namespace EmrSim.Server.Traces;

/// <summary>
/// Which request caused something, and in which trace: a traceparent (or -), a space and the request id. It goes as the last field of
/// the JSON that a ring carries, which an instance that does not know it passes over.
/// </summary>
internal readonly record struct Origin(string? TraceParent, string? RequestId)
{
    private const int TraceParentLength = 55;

    // Never within a value: a quotation mark is escaped there.
    private static ReadOnlySpan<byte> Field => ",\"$origin\":\""u8;

    private static ReadOnlySpan<byte> End => "\"}"u8;

    public static Origin Here() => new(Activity.Current is { IdFormat: ActivityIdFormat.W3C } span ? span.Id : null, Http.RequestId.Current);

    /// <summary>The JSON object with this in it; as it was when there is nothing to tell, or no room.</summary>
    public byte[] Into(byte[] json, int longest)
    {
        if (TraceParent is null && RequestId is null) return json;
        // An id is only shown, so that what would need escaping may look different.
        var id = RequestId is null ? "" : RequestId.Replace('"', '\'').Replace('\\', '/');
        var text = Encoding.ASCII.GetBytes($"{TraceParent ?? "-"} {id}");
        if (json.Length < 3 || json[^1] != '}' || json.Length - 1 + Field.Length + text.Length + End.Length > longest) return json;
        return [.. json.AsSpan(0, json.Length - 1), .. Field, .. text, .. End];
    }

    public static Origin From(ReadOnlySpan<byte> json)
    {
        if (!json.EndsWith(End)) return default;
        var at = json.LastIndexOf(Field);
        if (at < 0) return default;
        var text = json[(at + Field.Length)..^End.Length];
        var space = text.IndexOf((byte)' ');
        if (space is not (1 or TraceParentLength)) return default;
        var id = Http.RequestId.Usable(Encoding.ASCII.GetString(text[(space + 1)..]));
        return new(space == 1 ? null : Encoding.ASCII.GetString(text[..space]), id);
    }
}
