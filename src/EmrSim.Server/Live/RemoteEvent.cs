using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using EmrSim.Contracts;
using EmrSim.Server.Traces;
using EmrSim.Server.Transcripts;

namespace EmrSim.Server.Live;

/// <summary>
/// A change as other instances are told of it: the place in the log, then the kind, then JSON. What is too long to be sent is only
/// named by its place, and read from the log by whoever shows it.
/// </summary>
internal static class RemoteEvent
{
    private const char Transcript = 't';
    private const char Change = 'c';
    private const char Failure = 'e';
    private const char Nothing = 'n';

    public static byte[] Encode(LiveEvent told, Origin origin, int longest)
    {
        var kind = told.Payload switch
        {
            TranscriptEntry => Transcript,
            EncounterChange => Change,
            TranscriptErrorNotice => Failure,
            _ => Nothing,
        };
        var head = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{told.Seq}{kind}"));
        if (kind == Nothing) return head;
        var body = JsonSerializer.SerializeToUtf8Bytes(told.Payload!, told.Payload!.GetType(), RecordJson.Default);
        // Without its words a passing one is nothing.
        if (head.Length + body.Length > longest) return told.Seq > 0 ? head[..^1] : [];
        return [.. head, .. origin.Into(body, longest - head.Length)];
    }

    /// <summary>Without reading it; true too for what can't be told.</summary>
    public static bool IsEncounterChange(ReadOnlySpan<byte> bytes) =>
        !Utf8Parser.TryParse(bytes, out long _, out var length) || length == bytes.Length || (char)bytes[length] is not (Transcript or Failure or Nothing);

    /// <summary>The event, or only how far the log has grown. Null for what can't be read.</summary>
    public static (long Seq, LiveEvent? Told)? Decode(string encounterId, ReadOnlySpan<byte> bytes)
    {
        if (!Utf8Parser.TryParse(bytes, out long seq, out var length)) return null;
        if (length == bytes.Length) return (seq, null);
        try
        {
            object? payload = (char)bytes[length] switch
            {
                Transcript => JsonSerializer.Deserialize(bytes[(length + 1)..], RecordJson.Default.TranscriptEntry),
                Change => JsonSerializer.Deserialize(bytes[(length + 1)..], RecordJson.Default.EncounterChange),
                Failure => JsonSerializer.Deserialize(bytes[(length + 1)..], RecordJson.Default.TranscriptErrorNotice),
                _ => null,
            };
            return (seq, new(encounterId, seq, payload));
        }
        catch (JsonException)
        {
            // Of a newer version: the log has it in words that this one knows.
            return (seq, null);
        }
    }
}
