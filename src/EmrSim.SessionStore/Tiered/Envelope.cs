using System.Buffers.Binary;

namespace EmrSim.SessionStore.Tiered;

internal enum EntryKind : byte
{
    Value = 1,
    Counter = 2,

    /// <summary>Says that the key was removed, to whatever older write may still arrive.</summary>
    Tombstone = 3,
}

/// <summary>
/// What every tier keeps under a key: version, absolute end of life and value. The header is 28 bytes, big-endian, so that
/// the version of any two envelopes can be compared byte by byte where they are stored.
/// </summary>
internal readonly record struct Envelope(EntryKind Kind, Stamp Stamp, long ExpiresAtMs, ReadOnlyMemory<byte> Value)
{
    public const int HeaderLength = 28;
    public const int StampOffset = 4;
    public const int StampLength = 16;
    private const byte FormatVersion = 1;

    public int EncodedLength => HeaderLength + Value.Length;

    public DateTimeOffset ExpiresAt => DateTimeOffset.FromUnixTimeMilliseconds(ExpiresAtMs);

    public bool IsAlive(long nowMs) => Kind != EntryKind.Tombstone && ExpiresAtMs > nowMs;

    public long RemainingMs(long nowMs) => ExpiresAtMs - nowMs;

    public static Envelope Counter(long count, Stamp stamp, long expiresAtMs)
    {
        var value = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(value, count);
        return new(EntryKind.Counter, stamp, expiresAtMs, value);
    }

    public long ReadCounter() => Value.Length == sizeof(long) ? BinaryPrimitives.ReadInt64BigEndian(Value.Span) : 0;

    public void Encode(Span<byte> target)
    {
        target[0] = FormatVersion;
        target[1] = (byte)Kind;
        target[2] = target[3] = 0;
        BinaryPrimitives.WriteInt64BigEndian(target[4..], Stamp.UnixMs);
        BinaryPrimitives.WriteUInt32BigEndian(target[12..], Stamp.Counter);
        BinaryPrimitives.WriteUInt32BigEndian(target[16..], Stamp.Instance);
        BinaryPrimitives.WriteInt64BigEndian(target[20..], ExpiresAtMs);
        Value.Span.CopyTo(target[HeaderLength..]);
    }

    public byte[] Encode()
    {
        var bytes = new byte[EncodedLength];
        Encode(bytes);
        return bytes;
    }

    /// <summary>Null for bytes that no version of this library wrote: another program's key is not ours to read.</summary>
    public static Envelope? Decode(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        if (span.Length < HeaderLength || span[0] != FormatVersion || span[1] is < (byte)EntryKind.Value or > (byte)EntryKind.Tombstone) return null;
        var stamp = new Stamp(
            BinaryPrimitives.ReadInt64BigEndian(span[4..]),
            BinaryPrimitives.ReadUInt32BigEndian(span[12..]),
            BinaryPrimitives.ReadUInt32BigEndian(span[16..]));
        return new((EntryKind)span[1], stamp, BinaryPrimitives.ReadInt64BigEndian(span[20..]), bytes[HeaderLength..]);
    }
}
