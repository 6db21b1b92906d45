using System.Buffers;
using System.Runtime.CompilerServices;
using EmrSim.SessionStore.Tiered;
using StackExchange.Redis;

namespace EmrSim.SessionStore.Redis;

/// <summary>Entries on a Redis server, or one that speaks like it: strings, times to live and single-key scripts, nothing else.</summary>
internal sealed class RedisTier(RedisConnection connection, Deadlines deadlines, TimeProvider time, uint instance) : IStoreTier
{
    private readonly string _probeKey = $"emrsim:probe:{instance:x8}";

    public string Name => "redis";

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Envelope?> GetAsync(string key, CancellationToken cancellationToken)
    {
        var value = await TimedWait<RedisValue>.For(connection.Database.StringGetAsync(key), deadlines).ConfigureAwait(false);
        return !value.IsNull && Envelope.Decode((ReadOnlyMemory<byte>)value) is { } found && found.ExpiresAtMs > NowMs ? found : null;
    }

    public ValueTask<TierWrite> SetAsync(string key, Envelope envelope, CancellationToken cancellationToken) => WriteAsync(RedisScript.Set, key, envelope, null);

    public ValueTask<TierWrite> AddAsync(string key, Envelope envelope, CancellationToken cancellationToken) => WriteAsync(RedisScript.Add, key, envelope, null);

    public ValueTask<TierWrite> ReplaceAsync(string key, Envelope envelope, Stamp expected, CancellationToken cancellationToken)
    {
        var stamp = new Envelope(EntryKind.Value, expected, 0, default).Encode();
        return WriteAsync(RedisScript.Replace, key, envelope, stamp.AsMemory(Envelope.StampOffset, Envelope.StampLength));
    }

    public async ValueTask<StoreCounter> IncrementAsync(string key, long by, long expiresAtMs, CancellationToken cancellationToken)
    {
        try
        {
            var answer = (long[]?)await RunAsync(RedisScript.Increment, [key], [by, Math.Max(1, expiresAtMs - NowMs)]).ConfigureAwait(false);
            return new(answer![0], DateTimeOffset.FromUnixTimeMilliseconds(NowMs + answer[1]));
        }
        catch (RedisServerException refused) when (refused.Message.Contains("not an integer", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("The key holds a value, not a counter.", refused);
        }
    }

    public async ValueTask<TierRemoval> RemoveAsync(string key, Envelope tombstone, CancellationToken cancellationToken)
    {
        var answer = await RunAsync(RedisScript.Remove, [key], [tombstone.Encode(), LifeMs(tombstone)]).ConfigureAwait(false);
        return answer.Resp2Type == ResultType.Integer ? new((long)answer == 1) : new(true, Standing(answer));
    }

    public async ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        var database = connection.Database;
        var role = (RedisResult[]?)await TimedWait<RedisResult>.For(database.ExecuteAsync("ROLE"), deadlines).ConfigureAwait(false);
        if (role is null || role.Length == 0 || (string?)role[0] != "master") throw new TierUnavailableException("not the primary");
        await TimedWait<bool>.For(database.StringSetAsync(_probeKey, instance, TimeSpan.FromSeconds(10)), deadlines).ConfigureAwait(false);
        var read = await TimedWait<RedisValue>.For(database.StringGetAsync(_probeKey), deadlines).ConfigureAwait(false);
        if (read != instance) throw new TierUnavailableException("does not keep what it is given");
        await TimedWait<bool>.For(database.KeyDeleteAsync(_probeKey), deadlines).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private static Stamp? Standing(RedisResult header) => Envelope.Decode((byte[]?)header ?? [])?.Stamp;

    private long LifeMs(in Envelope envelope) => Math.Max(1, envelope.RemainingMs(NowMs));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TierWrite> WriteAsync(RedisScript script, string key, Envelope envelope, ReadOnlyMemory<byte>? expected)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(envelope.EncodedLength);
        envelope.Encode(buffer);
        var arguments = Arguments.Take(key, buffer.AsMemory(0, envelope.EncodedLength), LifeMs(envelope), expected);
        var answer = await RunAsync(script, arguments.Keys, arguments.Values).ConfigureAwait(false);
        // Only once it is answered: after a time-out the client may still be sending from these buffers.
        arguments.Return();
        ArrayPool<byte>.Shared.Return(buffer);
        if (answer.Resp2Type != ResultType.Integer) return new(false, Standing(answer));
        return (long)answer == 1 ? TierWrite.Done : TierWrite.Refused;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<RedisResult> RunAsync(RedisScript script, RedisKey[] keys, RedisValue[] values)
    {
        var database = connection.Database;
        try
        {
            return await TimedWait<RedisResult>.For(database.ScriptEvaluateAsync(script.Hash, keys, values), deadlines).ConfigureAwait(false);
        }
        catch (RedisServerException unknown) when (unknown.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return await TimedWait<RedisResult>.For(database.ScriptEvaluateAsync(script.Text, keys, values), deadlines).ConfigureAwait(false);
        }
    }

    /// <summary>The arrays of a script call, used again and again.</summary>
    private sealed class Arguments
    {
        [ThreadStatic]
        private static Arguments? s_spare;

        public RedisKey[] Keys { get; } = new RedisKey[1];

        public RedisValue[] Values { get; private init; } = new RedisValue[2];

        public static Arguments Take(string key, ReadOnlyMemory<byte> envelope, long lifeMs, ReadOnlyMemory<byte>? expected)
        {
            Arguments arguments;
            if (expected is { } stamp)
            {
                arguments = new Arguments { Values = new RedisValue[3] };
                arguments.Values[2] = stamp;
            }
            else
            {
                arguments = s_spare ?? new Arguments();
                s_spare = null;
            }

            arguments.Keys[0] = key;
            arguments.Values[0] = envelope;
            arguments.Values[1] = lifeMs;
            return arguments;
        }

        public void Return()
        {
            if (Values.Length != 2) return;
            Keys[0] = default;
            Values[0] = default;
            s_spare = this;
        }
    }
}
