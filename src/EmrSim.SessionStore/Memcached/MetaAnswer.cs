using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace EmrSim.SessionStore.Memcached;

/// <summary>What a memcached server said (protocol.txt of memcached 1.6, "Meta Commands").</summary>
internal enum MetaCode
{
    /// <summary>HD: done; nothing to hand out.</summary>
    Done,

    /// <summary>VA: a value follows.</summary>
    Value,

    /// <summary>EN: no such key.</summary>
    Missing,

    /// <summary>NS: not stored, because the key is there (add) or is not (replace).</summary>
    NotStored,

    /// <summary>EX: it has changed since it was read.</summary>
    Changed,

    /// <summary>NF: not found, by a command that needs the key.</summary>
    NotFound,

    /// <summary>MN: the answer to a no-op.</summary>
    NoOp,

    /// <summary>ERROR, CLIENT_ERROR or SERVER_ERROR: refused, and why.</summary>
    Refused,

    /// <summary>Any other line, such as that of <c>version</c>.</summary>
    Line,
}

/// <param name="Code">What was said.</param>
/// <param name="Cas">The version that the server gave the value, when it was asked for.</param>
/// <param name="Value">The value, or empty.</param>
/// <param name="Text">The line of a refusal or of another command.</param>
internal readonly record struct MetaAnswer(MetaCode Code, ulong Cas = 0, byte[]? Value = null, string? Text = null)
{
    private const int LongestLine = 2048;
    private const int LargestValue = 64 * 1024 * 1024;

    /// <summary>Takes one answer off the front of what was received: false while it is not complete.</summary>
    /// <exception cref="InvalidDataException">No memcached server says this.</exception>
    public static bool TryTake(ref ReadOnlySequence<byte> received, out MetaAnswer answer)
    {
        answer = default;
        var reader = new SequenceReader<byte>(received);
        if (!reader.TryReadTo(out ReadOnlySequence<byte> line, "\r\n"u8))
        {
            if (received.Length > LongestLine) throw new InvalidDataException("A line without an end.");
            return false;
        }

        if (line.Length > LongestLine) throw new InvalidDataException("A line that is too long.");
        Span<byte> copy = stackalloc byte[(int)line.Length];
        line.CopyTo(copy);
        if (copy.StartsWith("VA "u8))
        {
            if (!TryTakeValue(copy[3..], ref reader, out answer)) return false;
        }
        else
        {
            answer = Plain(copy);
        }

        received = received.Slice(reader.Position);
        return true;
    }

    private static bool TryTakeValue(scoped ReadOnlySpan<byte> words, ref SequenceReader<byte> reader, out MetaAnswer answer)
    {
        answer = default;
        if (!Utf8Parser.TryParse(words, out int length, out var read) || length is < 0 or > LargestValue || (read < words.Length && words[read] != (byte)' ')) throw new InvalidDataException("A value without a length.");
        if (reader.Remaining < length + 2L) return false;
        var value = new byte[length];
        reader.TryCopyTo(value);
        reader.Advance(length);
        if (!reader.IsNext("\r\n"u8, advancePast: true)) throw new InvalidDataException("A value that does not end where it should.");
        answer = new(MetaCode.Value, CasOf(words[read..]), value);
        return true;
    }

    private static MetaAnswer Plain(scoped ReadOnlySpan<byte> line)
    {
        if (line.Length == 2 || (line.Length > 2 && line[2] == (byte)' '))
        {
            switch (line[..2])
            {
                case [(byte)'H', (byte)'D']: return new(MetaCode.Done, CasOf(line[2..]));
                case [(byte)'E', (byte)'N']: return new(MetaCode.Missing);
                case [(byte)'N', (byte)'S']: return new(MetaCode.NotStored);
                case [(byte)'E', (byte)'X']: return new(MetaCode.Changed);
                case [(byte)'N', (byte)'F']: return new(MetaCode.NotFound);
                case [(byte)'M', (byte)'N']: return new(MetaCode.NoOp);
            }
        }

        var isRefusal = line.SequenceEqual("ERROR"u8) || line.StartsWith("CLIENT_ERROR"u8) || line.StartsWith("SERVER_ERROR"u8);
        return new(isRefusal ? MetaCode.Refused : MetaCode.Line, Text: Encoding.ASCII.GetString(line));
    }

    private static ulong CasOf(scoped ReadOnlySpan<byte> flags)
    {
        while (flags.Length > 1)
        {
            if (flags[0] == (byte)' ' && flags[1] == (byte)'c') return Utf8Parser.TryParse(flags[2..], out ulong cas, out _) ? cas : throw new InvalidDataException("A version that is no number.");
            flags = flags[1..];
        }

        return 0;
    }
}
