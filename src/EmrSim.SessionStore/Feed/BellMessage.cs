using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace EmrSim.SessionStore.Feed;

/// <summary>
/// What goes over a line, as text, since NOTIFY takes nothing else: a header of words, a line feed, a payload. Either a ring with its
/// number, or a beat, which says how many rings there have been on each lane.
/// </summary>
/// <param name="Kind">Which of the two, and how the sender is.</param>
/// <param name="Sender">The instance, by a number drawn at its start.</param>
/// <param name="Lane">Which of the line's channels.</param>
/// <param name="Number">Of a ring: its place among the sender's rings of its lane. Of a beat: its place among the sender's beats.</param>
/// <param name="SentMs">When, in unix milliseconds of the sender's clock.</param>
/// <param name="Topic">What a ring is about; empty for a beat.</param>
/// <param name="Payload">What a ring says.</param>
/// <param name="Counts">Of a beat: how many rings were sent on each lane.</param>
internal readonly record struct BellMessage(BellMessageKind Kind, ulong Sender, int Lane, long Number, long SentMs, string Topic, ReadOnlyMemory<byte> Payload, long[] Counts)
{
    private const byte Version = (byte)'1';

    public byte[] Encode()
    {
        var header = string.Create(
            CultureInfo.InvariantCulture,
            $"1{(char)Kind} {Sender} {Lane} {Number} {SentMs} {(Kind == BellMessageKind.Ring ? Topic : string.Join(',', Counts))}\n");
        var length = Encoding.UTF8.GetByteCount(header);
        var bytes = new byte[length + Payload.Length];
        Encoding.UTF8.GetBytes(header, bytes);
        Payload.CopyTo(bytes.AsMemory(length));
        return bytes;
    }

    /// <summary>Null for what no version of this library sent.</summary>
    public static BellMessage? Decode(ReadOnlyMemory<byte> bytes)
    {
        var text = bytes.Span;
        if (text.Length < 3 || text[0] != Version || text[1] is not ((byte)'R' or (byte)'B' or (byte)'D' or (byte)'L') || text[2] != ' ') return null;
        var at = 3;
        if (!TryNumber(text, ref at, out var sender) || !TryNumber(text, ref at, out var lane) || !TryNumber(text, ref at, out var number) || !TryNumber(text, ref at, out var sentMs)) return null;
        var end = text[at..].IndexOf((byte)'\n');
        if (end < 0 || lane >= FleetBell.MostLanes) return null;
        var kind = (BellMessageKind)text[1];
        var last = Encoding.UTF8.GetString(text.Slice(at, end));
        if (kind == BellMessageKind.Ring) return new(kind, sender, (int)lane, (long)number, (long)sentMs, last, bytes[(at + end + 1)..], []);
        var counts = new List<long>();
        foreach (var word in last.Split(','))
        {
            if (!long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return null;
            counts.Add(count);
        }

        return counts.Count > FleetBell.MostLanes ? null : new(kind, sender, (int)lane, (long)number, (long)sentMs, "", default, [.. counts]);
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, ref int at, out ulong number)
    {
        if (!Utf8Parser.TryParse(text[at..], out number, out var length) || at + length >= text.Length || text[at + length] != (byte)' ') return false;
        at += length + 1;
        return true;
    }
}

internal enum BellMessageKind
{
    Ring = 'R',
    Beat = 'B',

    /// <summary>A beat of an instance that does not trust the first line just now.</summary>
    DoubtfulBeat = 'D',

    /// <summary>The last beat of an instance that stops.</summary>
    LastBeat = 'L',
}
