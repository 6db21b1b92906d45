using System.Text.Json;
using EmrSim.Contracts;

namespace EmrSim.Server.Live.SocketIo;

/// <summary>Which words a client has missed: those after a place in the log, or else after a time.</summary>
/// <param name="Since">In unix milliseconds; null or 0 for all.</param>
internal readonly record struct CatchupRequest(string EncounterId, long AfterSeq, long Since)
{
    public static CatchupRequest Of(JsonElement given)
    {
        if (given.ValueKind != JsonValueKind.Object) return new("", 0, 0);
        var id = given.TryGetProperty("sessionId", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";
        var afterSeq = Number(given, "afterSeq");
        return new(id, afterSeq, afterSeq > 0 ? 0 : Number(given, "since"));
    }

    public bool Wants(TranscriptEntry entry) => entry.IsFinal && (entry.Timestamp > Since || entry.EmittedAtMs > Since);

    // Times may be fractions; a wrong one asks for more, never for less.
    private static long Number(JsonElement given, string name) =>
        given.TryGetProperty(name, out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetDouble(out var value) && value is > 0 and < long.MaxValue
            ? (long)Math.Floor(value)
            : 0;
}
