using System.Data.Common;
using Dapper;
using EmrSim.SessionStore.Tiered;

namespace EmrSim.SessionStore.Database;

/// <summary>Entries in one table of the application's database. Slower than a server made for it, and there when that is not.</summary>
internal sealed class DatabaseTier(StoreDatabase database, TimeProvider time, TimeSpan budget) : IFallbackTier
{
    private static readonly TimeSpan s_sweepEvery = TimeSpan.FromSeconds(30);
    private readonly StoreSql _sql = StoreSql.For(database.Dialect);
    private readonly SemaphoreSlim _preparing = new(1, 1);

    // SQLite has one writer, and whoever finds it busy polls: standing in line here is quicker.
    private readonly SemaphoreSlim? _line = database.Dialect == StoreDialect.Sqlite ? new(1, 1) : null;
    private volatile bool _prepared;
    // Until it was looked at, another instance may have left something.
    private volatile bool _mayHold = true;
    private long _swept;

    public string Name => "database";

    public bool MayHold => _mayHold;

    public bool IsShared => database.IsShared;

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    public async ValueTask<Envelope?> GetAsync(string key, CancellationToken cancellationToken) =>
        await RunAsync(
            async (connection, ct) => await FindAsync(connection, key, ct).ConfigureAwait(false) is { Kind: not EntryKind.Counter } found ? found : (Envelope?)null,
            cancellationToken).ConfigureAwait(false);

    public ValueTask<TierWrite> SetAsync(string key, Envelope envelope, CancellationToken cancellationToken) =>
        WriteAsync(_sql.Set, key, envelope, null, static found => found.Kind != EntryKind.Counter, cancellationToken);

    public ValueTask<TierWrite> AddAsync(string key, Envelope envelope, CancellationToken cancellationToken) =>
        WriteAsync(_sql.Add, key, envelope, null, static found => found.Kind == EntryKind.Tombstone, cancellationToken);

    public ValueTask<TierWrite> ReplaceAsync(string key, Envelope envelope, Stamp expected, CancellationToken cancellationToken) =>
        WriteAsync(_sql.Replace, key, envelope, expected, static _ => false, cancellationToken);

    public ValueTask<StoreCounter> IncrementAsync(string key, long by, long expiresAtMs, CancellationToken cancellationToken) =>
        RunAsync(
            async (connection, ct) =>
            {
                _mayHold = true;
                var row = await connection.QuerySingleOrDefaultAsync<(long Count, long ExpiresAt)?>(
                    new CommandDefinition(_sql.Increment, new { key, by, expires = expiresAtMs, now = NowMs }, cancellationToken: ct)).ConfigureAwait(false);
                return row is { } counter
                    ? new StoreCounter(counter.Count, DateTimeOffset.FromUnixTimeMilliseconds(counter.ExpiresAt))
                    : throw new InvalidOperationException("The key holds a value, not a counter.");
            },
            cancellationToken);

    public ValueTask<TierRemoval> RemoveAsync(string key, Envelope tombstone, CancellationToken cancellationToken) =>
        RunAsync(
            async (connection, ct) =>
            {
                var found = await FindAsync(connection, key, ct).ConfigureAwait(false);
                if (found is { Kind: not EntryKind.Counter } standing && standing.Stamp > tombstone.Stamp) return new TierRemoval(standing.Kind == EntryKind.Value, standing.Stamp);
                _mayHold = true;
                await connection.ExecuteAsync(Command(_sql.Set, key, tombstone, null, ct)).ConfigureAwait(false);
                return new TierRemoval(found is { Kind: not EntryKind.Tombstone });
            },
            cancellationToken);

    public async ValueTask ProbeAsync(CancellationToken cancellationToken) =>
        await RunAsync(async (connection, ct) => await connection.ExecuteScalarAsync<int>(new CommandDefinition(_sql.Probe, cancellationToken: ct)).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    public async ValueTask RefreshAsync(CancellationToken cancellationToken) =>
        _mayHold = await RunAsync(
            async (connection, ct) =>
            {
                if (time.GetElapsedTime(_swept) > s_sweepEvery)
                {
                    _swept = time.GetTimestamp();
                    await connection.ExecuteAsync(new CommandDefinition(_sql.Sweep, new { now = NowMs }, cancellationToken: ct)).ConfigureAwait(false);
                }

                return await connection.ExecuteScalarAsync<long?>(new CommandDefinition(_sql.HoldsAny, new { now = NowMs }, cancellationToken: ct)).ConfigureAwait(false) is not null;
            },
            cancellationToken).ConfigureAwait(false);

    public ValueTask<IReadOnlyList<HeldEntry>> PeekAsync(int most, CancellationToken cancellationToken) =>
        RunAsync<IReadOnlyList<HeldEntry>>(
            async (connection, ct) =>
            {
                var rows = await connection.QueryAsync<Row>(new CommandDefinition(_sql.Peek, new { now = NowMs, most }, cancellationToken: ct)).ConfigureAwait(false);
                return [.. rows.Select(static row => new HeldEntry(row.Key, row.ToEnvelope()))];
            },
            cancellationToken);

    public ValueTask<bool> ForgetAsync(string key, Stamp stamp, CancellationToken cancellationToken) =>
        RunAsync(
            async (connection, ct) => await connection.ExecuteAsync(
                new CommandDefinition(_sql.Forget, new { key, ms = stamp.UnixMs, counter = (long)stamp.Counter, instance = (long)stamp.Instance }, cancellationToken: ct)).ConfigureAwait(false) == 1,
            cancellationToken);

    public ValueTask DisposeAsync()
    {
        _preparing.Dispose();
        _line?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<TierWrite> WriteAsync(string sql, string key, Envelope envelope, Stamp? expected, Func<Envelope, bool> mayBeNewer, CancellationToken cancellationToken) =>
        await RunAsync(
            async (connection, ct) =>
            {
                _mayHold = true;
                if (await connection.ExecuteAsync(Command(sql, key, envelope, expected, ct)).ConfigureAwait(false) == 1) return TierWrite.Done;
                var found = await FindAsync(connection, key, ct).ConfigureAwait(false);
                return found is { } standing && mayBeNewer(standing) && standing.Stamp > envelope.Stamp ? new TierWrite(false, standing.Stamp) : TierWrite.Refused;
            },
            cancellationToken).ConfigureAwait(false);

    private CommandDefinition Command(string sql, string key, in Envelope envelope, Stamp? expected, CancellationToken cancellationToken) => new(
        sql,
        new
        {
            key,
            kind = (int)envelope.Kind,
            ms = envelope.Stamp.UnixMs,
            counter = (long)envelope.Stamp.Counter,
            instance = (long)envelope.Stamp.Instance,
            expires = envelope.ExpiresAtMs,
            value = envelope.Value.ToArray(),
            now = NowMs,
            expectedMs = expected?.UnixMs ?? 0,
            expectedCounter = (long)(expected?.Counter ?? 0),
            expectedInstance = (long)(expected?.Instance ?? 0),
        },
        cancellationToken: cancellationToken);

    private async Task<Envelope?> FindAsync(DbConnection connection, string key, CancellationToken cancellationToken)
    {
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(_sql.Find, new { key, now = NowMs }, cancellationToken: cancellationToken)).ConfigureAwait(false);
        return row?.ToEnvelope();
    }

    // The driver of SQLite works on the calling thread whatever it is asked, so that only another thread can keep the budget.
    private async ValueTask<T> RunAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = Task.Run(
            async () =>
            {
                if (_line is not null) await _line.WaitAsync(limit.Token).ConfigureAwait(false);
                try
                {
                    await using var connection = await database.OpenAsync(limit.Token).ConfigureAwait(false);
                    if (!_prepared) await PrepareAsync(connection, limit.Token).ConfigureAwait(false);
                    return await work(connection, limit.Token).ConfigureAwait(false);
                }
                finally
                {
                    _line?.Release();
                }
            },
            limit.Token);
        try
        {
            // Preparing happens once and may wait for other instances that prepare too.
            return await running.WaitAsync(_prepared ? budget : TimeSpan.FromSeconds(5), time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await limit.CancelAsync().ConfigureAwait(false);
            _ = running.ContinueWith(static late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
    }

    private async Task PrepareAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await _preparing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_prepared) return;
            await connection.ExecuteAsync(new CommandDefinition(_sql.Create, cancellationToken: cancellationToken)).ConfigureAwait(false);
            _prepared = true;
        }
        finally
        {
            _preparing.Release();
        }
    }

    private sealed class Row
    {
        public required string Key { get; init; }

        public long Kind { get; init; }

        public long Ms { get; init; }

        public long Counter { get; init; }

        public long Instance { get; init; }

        public long Expires { get; init; }

        public byte[]? Value { get; init; }

        public long? Count { get; init; }

        public Envelope ToEnvelope()
        {
            var stamp = new Stamp(Ms, (uint)Counter, (uint)Instance);
            return Count is { } count ? Envelope.Counter(count, stamp, Expires) : new Envelope((EntryKind)Kind, stamp, Expires, Value ?? []);
        }
    }
}
