using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using EmrSim.SessionStore.Tiered;

namespace EmrSim.SessionStore.Database;

/// <summary>Entries in one table of the application's database. Slower than a server made for it, and there when that is not.</summary>
internal sealed class DatabaseTier(StoreDatabase database, TimeProvider time, TimeSpan budget) : IFallbackTier
{
    private const int MostAttempts = 3;

    // What is known of more would cost more memory than looks cost time.
    private const int MostKnown = 50_000;
    private static readonly TimeSpan s_sweepEvery = TimeSpan.FromSeconds(30);

    // Happens once, and may wait for other instances that prepare too; no request waits for it.
    private static readonly TimeSpan s_preparing = TimeSpan.FromSeconds(5);
    private readonly StoreSql _sql = StoreSql.For(database.Dialect);
    // SQLite has one writer, and whoever finds it busy polls: standing in line here is quicker.
    private readonly SemaphoreSlim? _line = database.Dialect == StoreDialect.Sqlite ? new(1, 1) : null;
    private volatile bool _prepared;
    private readonly HeldKeys _keys = new();
    private long _swept;

    /// <summary>Another instance moves, or may be moving, the same entries.</summary>
    private volatile bool _othersMove;

    public string Name => "database";

    public bool MayHoldAny => _keys.Any;

    public int Held { get; private set; }

    public long Expired { get; private set; }

    public bool IsShared => database.IsShared;

    public bool MayHold(string key) => _keys.MayContain(key);

    private long NowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    public async ValueTask<Envelope?> GetAsync(string key, CancellationToken cancellationToken)
    {
        var found = await RunAsync(
            async (connection, ct) => await FindAsync(connection, key, ct).ConfigureAwait(false) is { Kind: not EntryKind.Counter } found ? found : (Envelope?)null,
            cancellationToken).ConfigureAwait(false);
        if (found is not null) _keys.Found(key);
        return found;
    }

    public ValueTask<TierWrite> SetAsync(string key, Envelope envelope, CancellationToken cancellationToken) =>
        WriteAsync(_sql.Set, key, envelope, null, static found => found.Kind != EntryKind.Counter, cancellationToken);

    public ValueTask<TierWrite> AddAsync(string key, Envelope envelope, CancellationToken cancellationToken) =>
        WriteAsync(_sql.Add, key, envelope, null, static found => found.Kind == EntryKind.Tombstone, cancellationToken);

    public ValueTask<TierWrite> ReplaceAsync(string key, Envelope envelope, Stamp expected, CancellationToken cancellationToken) =>
        WriteAsync(_sql.Replace, key, envelope, expected, static _ => false, cancellationToken);

    public ValueTask<StoreCounter> IncrementAsync(string key, long by, long expiresAtMs, CancellationToken cancellationToken) =>
        HoldAsync(
            key,
            async (connection, ct) =>
            {
                var counters = await connection.Command(_sql.Increment, ("key", key), ("by", by), ("expires", expiresAtMs), ("now", NowMs))
                    .ListAsync(static row => new StoreCounter(row.GetInt64(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1))), ct).ConfigureAwait(false);
                return counters is [var counter] ? counter : throw new InvalidOperationException("The key holds a value, not a counter.");
            },
            cancellationToken);

    public ValueTask<TierRemoval> RemoveAsync(string key, Envelope tombstone, CancellationToken cancellationToken) =>
        HoldAsync(
            key,
            async (connection, ct) =>
            {
                for (var attempt = 0; attempt < MostAttempts; attempt++)
                {
                    // Of several who remove at once, one finds it alive.
                    if (await Command(connection, _sql.Bury, key, tombstone, null).ChangeAsync(ct).ConfigureAwait(false) == 1) return new TierRemoval(true);
                    if (await Command(connection, _sql.Add, key, tombstone, null).ChangeAsync(ct).ConfigureAwait(false) == 1) return new TierRemoval(false);
                    if (await FindAsync(connection, key, ct).ConfigureAwait(false) is { } standing && standing.Stamp > tombstone.Stamp) return new TierRemoval(standing.Kind == EntryKind.Value, standing.Stamp);
                }

                return new TierRemoval(false);
            },
            cancellationToken);

    public async ValueTask<TimeSpan> ProbeAsync(CancellationToken cancellationToken)
    {
        if (!_prepared) await RunAsync<bool>(PrepareAsync, s_preparing, cancellationToken).ConfigureAwait(false);
        var start = Stopwatch.GetTimestamp();
        await RunAsync(async (connection, ct) => await connection.Command(_sql.Probe, ("now", NowMs)).ChangeAsync(ct).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(start);
    }

    public async ValueTask RefreshAsync(bool byKey, CancellationToken cancellationToken)
    {
        var moment = _keys.LookBegins();
        try
        {
            _keys.Looked(moment, await RunAsync((connection, ct) => LookAsync(connection, byKey, ct), cancellationToken).ConfigureAwait(false));
        }
        catch
        {
            _keys.NotLooked();
            throw;
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<HeldEntry>> PagesAsync(int size, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Other instances read the same entries to the same end: each begins somewhere else and goes once round.
        _othersMove = IsShared;
        var (after, isRound) = ("", true);
        while (true)
        {
            // Two who have come to the same place do everything twice from there on: one of them goes elsewhere.
            if (_othersMove && Held > size)
            {
                after = await KeyAtAsync(Random.Shared.Next(Held), cancellationToken).ConfigureAwait(false);
                isRound = after.Length == 0;
            }

            _othersMove = false;
            // What requests ask for goes first, since until it is gone from here each of them has to look here too.
            if (_keys.TakeAskedFor(size) is { Length: > 0 } keys && await AskedForAsync(keys, cancellationToken).ConfigureAwait(false) is { Count: > 0 } wanted) yield return wanted;
            var page = await PageAsync(after, size, cancellationToken).ConfigureAwait(false);
            if (page.Count > 0) yield return page;
            if (page.Count == size) after = page[^1].Key;
            else if (isRound) yield break;
            else (after, isRound) = ("", true);
        }
    }

    public async ValueTask<IReadOnlyCollection<string>> ForgetAsync(IReadOnlyList<HeldEntry> entries, CancellationToken cancellationToken)
    {
        var moment = _keys.LookBegins();
        var forgotten = await RunAsync(
            (connection, ct) => connection.Command(_sql.Forget, Forgetting(entries)).ListAsync(static row => row.GetString(0), ct),
            cancellationToken).ConfigureAwait(false);
        Held = Math.Max(0, Held - forgotten.Count);
        if (IsShared && forgotten.Count < entries.Count) _othersMove = true;
        _keys.Removed(moment, forgotten);
        return forgotten;
    }

    public async ValueTask<bool> DiscardAsync(string key, Stamp newest, CancellationToken cancellationToken)
    {
        var moment = _keys.LookBegins();
        var gone = await RunAsync(
            (connection, ct) => connection
                .Command(_sql.Discard, ("key", key), ("ms", newest.UnixMs), ("counter", (long)newest.Counter), ("instance", (long)newest.Instance))
                .ListAsync(static row => ((EntryKind)row.GetInt64(0), row.GetInt64(1)), ct),
            cancellationToken).ConfigureAwait(false);
        if (gone is not [var (kind, end)]) return false;
        _keys.Removed(moment, [key]);
        return kind != EntryKind.Tombstone && end > NowMs;
    }

    public ValueTask DisposeAsync()
    {
        _line?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<HashSet<string>?> LookAsync(DbConnection connection, bool byKey, CancellationToken cancellationToken)
    {
        if (time.GetElapsedTime(_swept) > s_sweepEvery || Held > 0)
        {
            _swept = time.GetTimestamp();
            Expired += await connection.Command(_sql.Sweep, ("now", NowMs)).ChangeAsync(cancellationToken).ConfigureAwait(false);
        }

        return byKey ? await KeysAsync(connection, cancellationToken).ConfigureAwait(false) : await CountAsync(connection, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HashSet<string>?> KeysAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var keys = await connection.Command(_sql.Keys, ("now", NowMs), ("most", MostKnown)).ScalarAsync(cancellationToken).ConfigureAwait(false) is string all ? all.Split(' ') : [];
        Held = keys.Length;
        return keys.Length < MostKnown ? keys.ToHashSet(StringComparer.Ordinal) : null;
    }

    private async Task<HashSet<string>?> CountAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        Held = Convert.ToInt32(await connection.Command(_sql.Count, ("now", NowMs), ("most", MostKnown)).ScalarAsync(cancellationToken).ConfigureAwait(false), CultureInfo.InvariantCulture);
        return Held == 0 ? [] : null;
    }

    private ValueTask<string> KeyAtAsync(int place, CancellationToken cancellationToken) => RunAsync(
        async (connection, ct) => await connection.Command(_sql.KeyAt, ("now", NowMs), ("place", place)).ScalarAsync(ct).ConfigureAwait(false) as string ?? "",
        cancellationToken);

    private ValueTask<List<HeldEntry>> PageAsync(string after, int size, CancellationToken cancellationToken) =>
        EntriesAsync(_sql.Page, [("now", NowMs), ("after", after), ("size", size)], cancellationToken);

    private ValueTask<List<HeldEntry>> AskedForAsync(string[] keys, CancellationToken cancellationToken) =>
        EntriesAsync(_sql.These, [("now", NowMs), ("keys", database.Dialect == StoreDialect.Sqlite ? StoreJson.Of(keys) : keys)], cancellationToken);

    private ValueTask<List<HeldEntry>> EntriesAsync(string sql, (string Name, object Value)[] values, CancellationToken cancellationToken) => RunAsync(
        (connection, ct) => connection.Command(sql, values).ListAsync(static row => new HeldEntry(row.GetString(0), Read(row)), ct),
        cancellationToken);

    private (string Name, object Value)[] Forgetting(IReadOnlyList<HeldEntry> entries) => database.Dialect == StoreDialect.Sqlite
        ? [("entries", StoreJson.Of(entries))]
        :
        [
            ("lasting", entries.Any(static entry => entry.Envelope.Kind == EntryKind.Counter)),
            ("keys", entries.Select(static entry => entry.Key).ToArray()),
            ("ms", entries.Select(static entry => entry.Envelope.Stamp.UnixMs).ToArray()),
            ("counters", entries.Select(static entry => (long)entry.Envelope.Stamp.Counter).ToArray()),
            ("instances", entries.Select(static entry => (long)entry.Envelope.Stamp.Instance).ToArray()),
        ];

    private async ValueTask<TierWrite> WriteAsync(string sql, string key, Envelope envelope, Stamp? expected, Func<Envelope, bool> mayBeNewer, CancellationToken cancellationToken) =>
        await HoldAsync(
            key,
            async (connection, ct) =>
            {
                if (await Command(connection, sql, key, envelope, expected).ChangeAsync(ct).ConfigureAwait(false) == 1) return TierWrite.Done;
                var found = await FindAsync(connection, key, ct).ConfigureAwait(false);
                return found is { } standing && mayBeNewer(standing) && standing.Stamp > envelope.Stamp ? new TierWrite(false, standing.Stamp) : TierWrite.Refused;
            },
            cancellationToken).ConfigureAwait(false);

    private DbCommand Command(DbConnection connection, string sql, string key, in Envelope envelope, Stamp? expected) => connection.Command(
        sql,
        ("key", key),
        ("kind", (int)envelope.Kind),
        ("ms", envelope.Stamp.UnixMs),
        ("counter", (long)envelope.Stamp.Counter),
        ("instance", (long)envelope.Stamp.Instance),
        ("expires", envelope.ExpiresAtMs),
        ("value", envelope.Value.ToArray()),
        ("now", NowMs),
        ("expectedMs", expected?.UnixMs ?? 0),
        ("expectedCounter", (long)(expected?.Counter ?? 0)),
        ("expectedInstance", (long)(expected?.Instance ?? 0)));

    private ValueTask<T> HoldAsync<T>(string key, Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        RunAsync(
            async (connection, ct) =>
            {
                _keys.WriteBegins(key);
                try
                {
                    return await work(connection, ct).ConfigureAwait(false);
                }
                finally
                {
                    _keys.WriteEnded(key);
                }
            },
            cancellationToken);

    private async Task<Envelope?> FindAsync(DbConnection connection, string key, CancellationToken cancellationToken)
    {
        var found = await connection.Command(_sql.Find, ("key", key), ("now", NowMs)).ListAsync(Read, cancellationToken).ConfigureAwait(false);
        return found is [var envelope] ? envelope : null;
    }

    private ValueTask<T> RunAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken) =>
        _prepared ? RunAsync(work, budget, cancellationToken) : throw new TierUnavailableException("not prepared");

    // The driver of SQLite works on the calling thread whatever it is asked, so that only another thread can keep the budget.
    private async ValueTask<T> RunAsync<T>(Func<DbConnection, CancellationToken, Task<T>> work, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = Task.Run(
            async () =>
            {
                if (_line is not null) await _line.WaitAsync(ending.Token).ConfigureAwait(false);
                try
                {
                    await using var connection = await database.OpenAsync(ending.Token).ConfigureAwait(false);
                    return await work(connection, ending.Token).ConfigureAwait(false);
                }
                finally
                {
                    _line?.Release();
                }
            },
            ending.Token);
        try
        {
            return await running.WaitAsync(limit, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            await ending.CancelAsync().ConfigureAwait(false);
            _ = running.ContinueWith(static late => _ = late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
    }

    private async Task<bool> PrepareAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await connection.Command(_sql.Create).ChangeAsync(cancellationToken).ConfigureAwait(false);
        return _prepared = true;
    }

    private static Envelope Read(DbDataReader row)
    {
        var stamp = new Stamp(row.GetInt64(2), (uint)row.GetInt64(3), (uint)row.GetInt64(4));
        var expires = row.GetInt64(5);
        if (!row.IsDBNull(7)) return Envelope.Counter(row.GetInt64(7), stamp, expires);
        return new Envelope((EntryKind)row.GetInt64(1), stamp, expires, row.IsDBNull(6) ? [] : row.GetFieldValue<byte[]>(6));
    }
}
