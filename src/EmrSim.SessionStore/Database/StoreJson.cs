using System.Buffers;
using System.Text;
using System.Text.Json;
using EmrSim.SessionStore.Tiered;

namespace EmrSim.SessionStore.Database;

/// <summary>Lists as SQLite takes them in one parameter.</summary>
internal static class StoreJson
{
    public static string Of(IReadOnlyList<HeldEntry> entries) => Write(entries, static (json, entry) =>
    {
        json.WriteStartObject();
        json.WriteString("key", entry.Key);
        json.WriteNumber("ms", entry.Envelope.Stamp.UnixMs);
        json.WriteNumber("counter", entry.Envelope.Stamp.Counter);
        json.WriteNumber("instance", entry.Envelope.Stamp.Instance);
        json.WriteEndObject();
    });

    public static string Of(IReadOnlyList<string> keys) => Write(keys, static (json, key) => json.WriteStringValue(key));

    private static string Write<T>(IReadOnlyList<T> items, Action<Utf8JsonWriter, T> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (var item in items) write(json, item);
            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
