using System.Buffers;
using System.Collections.Concurrent;
using EmrSim.SessionStore.Tiered;
using StackExchange.Redis;

namespace EmrSim.SessionStore.Redis;

/// <summary>The key and the values of a script call over an envelope, in arrays that are used again and again.</summary>
internal sealed class ScriptArguments
{
    private static readonly ConcurrentQueue<ScriptArguments> s_spare = new();
    private byte[] _buffer = [];

    private ScriptArguments(int values) => Values = new RedisValue[values];

    public RedisKey[] Keys { get; } = new RedisKey[1];

    public RedisValue[] Values { get; }

    public static ScriptArguments Take(string key, in Envelope envelope, long lifeMs, Stamp? expected)
    {
        ScriptArguments arguments;
        if (expected is { } stamp)
        {
            arguments = new(3);
            arguments.Values[2] = new Envelope(EntryKind.Value, stamp, 0, default).Encode().AsMemory(Envelope.StampOffset, Envelope.StampLength);
        }
        else
        {
            arguments = s_spare.TryDequeue(out var spare) ? spare : new(2);
        }

        arguments._buffer = ArrayPool<byte>.Shared.Rent(envelope.EncodedLength);
        envelope.Encode(arguments._buffer);
        arguments.Keys[0] = key;
        arguments.Values[0] = arguments._buffer.AsMemory(0, envelope.EncodedLength);
        arguments.Values[1] = lifeMs;
        return arguments;
    }

    /// <summary>Only once the call is answered: after a time-out the client may still be sending from these buffers.</summary>
    public void Return()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        if (Values.Length != 2) return;
        Keys[0] = default;
        Values[0] = default;
        s_spare.Enqueue(this);
    }
}
