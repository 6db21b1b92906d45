using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using EmrSim.SessionStore.Tiered;
using StackExchange.Redis;

namespace EmrSim.SessionStore.Redis;

/// <summary>Entries on a Redis server, or one that speaks like it: strings, times to live and scripts, of one key but for what is moved up to a single server.</summary>
internal sealed class RedisTier : IServerTier, IManyAtOnce
{
    // Above it the copy that SetSmall makes costs more than the command it saves.
    private const int Small = 4096;

    // A script keeps all others waiting, here for a quarter of a millisecond.
    private const int InOneScript = 50;
    private static readonly byte[] s_probe = "probe"u8.ToArray();
    private readonly RedisConnection _connection;
    private readonly Deadlines _deadlines;
    private readonly TimeProvider _time;
    private readonly uint _instance;
    private readonly FleetMark _mark;
    private readonly string _probeKey;
    private readonly SeenKeys _seen = new();
    private volatile bool _isOld;
    private volatile bool _isNode;

    public RedisTier(RedisConnection connection, Deadlines deadlines, Journal journal, StampClock clock, OutageReport report, TimeProvider time, uint instance)
    {
        (_connection, _deadlines, _time, _instance) = (connection, deadlines, time, instance);
        _probeKey = $"emrsim:probe:{instance:x8}";
        _mark = new(connection, deadlines, this, journal, clock, report);
    }

    public event Action? Ready
    {
        add => _connection.Ready += value;
        remove => _connection.Ready -= value;
    }

    public event Action<string>? Lost
    {
        add => _connection.Lost += value;
        remove => _connection.Lost -= value;
    }

    public string Name => "redis";

    /// <summary>For pub/sub, which is no key-value store's business.</summary>
    public RedisConnection Connection => _connection;

    public ServerStatus Status => new(_connection.IsReady, _connection.Url, _connection.ServerVersion, _connection.LastError, _connection.Since) { Kind = _connection.ServerKind, Warning = _connection.Warning };

    public bool IsOne => !_connection.IsCluster;

    public bool TakesMany => IsOne && !_isNode;

    private long NowMs => _time.GetUtcNow().ToUnixTimeMilliseconds();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Envelope?> GetAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var value = await TimedWait<RedisValue>.For(_connection.Database.StringGetAsync(key), _deadlines).ConfigureAwait(false);
            if (value.IsNull) return null;
            _seen.Note(key);
            return Envelope.Decode((ReadOnlyMemory<byte>)value) is { } found && found.ExpiresAtMs > NowMs ? found : null;
        }
        catch (RedisServerException foreign) when (IsForeign(foreign))
        {
            return null;
        }
    }

    // A key that is not there needs no script to keep a late write from replacing a newer one.
    public ValueTask<TierWrite> SetAsync(string key, Envelope envelope, CancellationToken cancellationToken) =>
        _seen.Contains(key) ? OverwriteAsync(key, envelope, cancellationToken) : WriteNewAsync(key, envelope, cancellationToken);

    public async ValueTask<bool[]> SetManyAsync(IReadOnlyList<HeldEntry> entries, CancellationToken cancellationToken)
    {
        var written = new List<bool>(entries.Count);
        foreach (var some in entries.Chunk(InOneScript)) written.AddRange(await (TakesMany ? SetSomeAsync(some, cancellationToken) : SetSinglyAsync(some, cancellationToken)).ConfigureAwait(false));
        return [.. written];
    }

    public ValueTask<TierWrite> AddAsync(string key, Envelope envelope, CancellationToken cancellationToken) =>
        WriteAsync(RedisScript.Add, key, envelope, null, cancellationToken);

    public ValueTask<TierWrite> ReplaceAsync(string key, Envelope envelope, Stamp expected, CancellationToken cancellationToken) =>
        WriteAsync(RedisScript.Replace, key, envelope, expected, cancellationToken);

    public async ValueTask<StoreCounter> IncrementAsync(string key, long by, long expiresAtMs, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            var answer = (long[]?)await RunAsync(RedisScript.Increment, [key], [by, Math.Max(1, expiresAtMs - NowMs)]).ConfigureAwait(false);
            return new(answer![0], DateTimeOffset.FromUnixTimeMilliseconds(NowMs + answer[1]));
        }
        catch (RedisServerException refused) when (IsForeign(refused) || refused.Message.Contains("not an integer", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("The key holds a value, not a counter.", refused);
        }
    }

    public async ValueTask<TierRemoval> RemoveAsync(string key, Envelope tombstone, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var life = LifeMs(tombstone);
        var answer = await RunAsync(RedisScript.Remove, [key], [tombstone.Encode(), life]).ConfigureAwait(false);
        if (answer.Resp2Type != ResultType.Integer) return new(IsAlive(answer), Standing(answer));
        var found = (long)answer;
        return new(found > 0, EndMs: tombstone.ExpiresAtMs + Math.Abs(found) - life);
    }

    /// <summary>By the same means as operations do it, so that a server that refuses those does not look well.</summary>
    public async ValueTask<TimeSpan> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _connection.ConfirmAsync(cancellationToken).ConfigureAwait(false);
            var shards = await _connection.ShardsAsync().ConfigureAwait(false);
            var start = Stopwatch.GetTimestamp();
            await Task.WhenAll(shards.Select(shard => ProbeAsync(shard, cancellationToken))).ConfigureAwait(false);
            var taken = Stopwatch.GetElapsedTime(start);
            _connection.NoteGood();
            return taken / 4;
        }
        catch (RedisConnectionException nowhere) when (nowhere.FailureType == ConnectionFailureType.UnableToResolvePhysicalConnection)
        {
            _connection.NoteDoubt();
            if (!_connection.IsOnReplica) throw new TierUnavailableException("it does not answer");
            // The client sends no writes to what it took for a replica.
            await _connection.LookAgainAsync().ConfigureAwait(false);
            throw new TierUnavailableException(RedisAdvice.OfReplica(_connection.Setting));
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            _connection.NoteDoubt();
            throw;
        }
    }

    public Task StartAsync(TimeSpan patience, CancellationToken cancellationToken) => _connection.StartAsync(patience, cancellationToken);

    public ValueTask PrepareAsync(bool isAnew, CancellationToken cancellationToken) => _mark.CheckAsync(isAnew, cancellationToken);

    public IAsyncEnumerable<string> KeysAsync(CancellationToken cancellationToken) => _connection.KeysAsync(cancellationToken);

    public async ValueTask<Envelope?> PeekAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RedisValueWithExpiry found;
        try
        {
            found = await TimedWait<RedisValueWithExpiry>.For(_connection.Database.StringGetWithExpiryAsync(key), _deadlines).ConfigureAwait(false);
        }
        catch (RedisServerException foreign) when (IsForeign(foreign))
        {
            return null;
        }

        if (found.Value.IsNull) return null;
        if (Envelope.Decode((ReadOnlyMemory<byte>)found.Value) is { } envelope) return envelope;
        return found.Expiry is { } left && found.Value.TryParse(out long count) ? Envelope.Counter(count, default, NowMs + (long)left.TotalMilliseconds) : null;
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private async Task<bool[]> SetSomeAsync(HeldEntry[] entries, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RedisKey[] keys = [.. entries.Select(static entry => (RedisKey)entry.Key)];
        RedisValue[] values = [.. entries.SelectMany(entry => (RedisValue[])[entry.Envelope.Encode(), LifeMs(entry.Envelope)])];
        long[] written;
        try
        {
            written = (long[])(await RunAsync(RedisScript.SetMany, keys, values).ConfigureAwait(false))!;
        }
        catch (Exception problem) when (problem is RedisCommandException || problem is RedisServerException && problem.Message.StartsWith("CROSSSLOT", StringComparison.Ordinal))
        {
            // A node of a cluster that is named as a server of its own takes one key at a time.
            _isNode = true;
            return await SetSinglyAsync(entries, cancellationToken).ConfigureAwait(false);
        }

        foreach (var entry in entries) _seen.Note(entry.Key);
        return [.. written.Select(static one => one == 1)];
    }

    private Task<bool[]> SetSinglyAsync(HeldEntry[] entries, CancellationToken cancellationToken) =>
        Task.WhenAll(entries.Select(async entry => (await SetAsync(entry.Key, entry.Envelope, cancellationToken).ConfigureAwait(false)).Written));

    private static bool IsForeign(RedisServerException problem) => problem.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal);

    private static Stamp? Standing(RedisResult header) => Envelope.Decode((byte[]?)header ?? [])?.Stamp;

    private static bool IsAlive(RedisResult header) => Envelope.Decode((byte[]?)header ?? []) is { Kind: EntryKind.Value };

    private long LifeMs(in Envelope envelope) => Math.Max(1, envelope.RemainingMs(NowMs));

    private async Task ProbeAsync(RedisShard shard, CancellationToken cancellationToken)
    {
        await CheckRoleAsync(shard.Server).ConfigureAwait(false);
        if (shard.KeyOf(_probeKey) is not { } key) return;
        var written = new Envelope(EntryKind.Value, new Stamp(NowMs, 0, _instance), NowMs + 10_000, s_probe);
        await OverwriteAsync(key, written, cancellationToken).ConfigureAwait(false);
        if (await GetAsync(key, cancellationToken).ConfigureAwait(false) is not { } read || read.Stamp < written.Stamp) throw new TierUnavailableException("does not keep what it is given");
        await TimedWait<bool>.For(_connection.Database.KeyDeleteAsync(key), _deadlines).ConfigureAwait(false);
    }

    // A user may lack the right to ask: that the server takes writes is then all that is known.
    private async ValueTask CheckRoleAsync(IServer server)
    {
        try
        {
            var role = (RedisResult[]?)await TimedWait<RedisResult>.For(server.ExecuteAsync("ROLE"), _deadlines).ConfigureAwait(false);
            if (role is { Length: > 0 } && (string?)role[0] is "slave" or "replica") throw new TierUnavailableException(RedisAdvice.OfReplica(_connection.Setting));
        }
        catch (RedisServerException refused) when (refused.Message.StartsWith("NOPERM", StringComparison.Ordinal) || refused.Message.Contains("unknown command", StringComparison.OrdinalIgnoreCase))
        {
        }
    }

    private ValueTask<TierWrite> OverwriteAsync(string key, in Envelope envelope, CancellationToken cancellationToken) =>
        WriteAsync(_isOld || envelope.Value.Length > Small ? RedisScript.Set : RedisScript.SetSmall, key, envelope, null, cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TierWrite> WriteNewAsync(string key, Envelope envelope, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var buffer = ArrayPool<byte>.Shared.Rent(envelope.EncodedLength);
        envelope.Encode(buffer);
        var isNew = await TimedWait<bool>.For(
            _connection.Database.StringSetAsync(key, buffer.AsMemory(0, envelope.EncodedLength), TimeSpan.FromMilliseconds(LifeMs(envelope)), When.NotExists),
            _deadlines).ConfigureAwait(false);
        // Only once it is answered: after a _time-out the client may still be sending from it.
        ArrayPool<byte>.Shared.Return(buffer);
        _seen.Note(key);
        return isNew ? TierWrite.Done : await OverwriteAsync(key, envelope, cancellationToken).ConfigureAwait(false);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<TierWrite> WriteAsync(RedisScript script, string key, Envelope envelope, Stamp? expected, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var life = LifeMs(envelope);
        var arguments = ScriptArguments.Take(key, envelope, life, expected);
        RedisResult answer;
        try
        {
            answer = await TimedWait<RedisResult>.For(_connection.Database.ScriptEvaluateAsync(script.Hash, arguments.Keys, arguments.Values), _deadlines).ConfigureAwait(false);
        }
        catch (RedisServerException refused) when (IsUnknown(refused) || IsTooNew(script, refused))
        {
            if (IsTooNew(script, refused)) (_isOld, script) = (true, RedisScript.Set);
            answer = await RunAsync(script, arguments.Keys, arguments.Values).ConfigureAwait(false);
        }

        arguments.Return();
        _seen.Note(key);
        if (answer.Resp2Type != ResultType.Integer) return new(false, Standing(answer));
        return (long)answer switch
        {
            0 => TierWrite.Refused,
            1 => TierWrite.Done,
            var left => TierWrite.Done with { OldEndMs = envelope.ExpiresAtMs + left - life },
        };
    }

    private async ValueTask<RedisResult> RunAsync(RedisScript script, RedisKey[] keys, RedisValue[] values)
    {
        try
        {
            return await TimedWait<RedisResult>.For(_connection.Database.ScriptEvaluateAsync(script.Hash, keys, values), _deadlines).ConfigureAwait(false);
        }
        catch (RedisServerException unknown) when (IsUnknown(unknown))
        {
            try
            {
                return await TimedWait<RedisResult>.For(_connection.Database.ScriptEvaluateAsync(script.Text, keys, values), _deadlines).ConfigureAwait(false);
            }
            catch (RedisServerException refused) when (IsTooNew(script, refused))
            {
                _isOld = true;
                return await TimedWait<RedisResult>.For(_connection.Database.ScriptEvaluateAsync(RedisScript.Set.Text, keys, values), _deadlines).ConfigureAwait(false);
            }
        }
    }

    private static bool IsUnknown(RedisServerException problem) => problem.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal);

    private static bool IsTooNew(RedisScript script, RedisServerException problem) =>
        script == RedisScript.SetSmall && problem.Message.Contains("syntax", StringComparison.OrdinalIgnoreCase);
}
