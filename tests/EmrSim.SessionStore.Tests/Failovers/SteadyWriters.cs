using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Tests.Contract;

namespace EmrSim.SessionStore.Tests.Failovers;

/// <summary>Two instances on one server and one database, each written to all the time; every acknowledged write is remembered.</summary>
public sealed class SteadyWriters : IAsyncDisposable
{
    private const int Writers = 4;
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(8);
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private readonly string _prefix = $"{Guid.NewGuid():N}:";
    private readonly string _database;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, string> _acknowledged = new();
    private readonly ConcurrentQueue<Exception> _refused = new();
    private Task _writing = Task.CompletedTask;
    private long _slowest;

    private SteadyWriters(string database) => _database = database;

    public IReadOnlyList<RunningStore> Stores { get; private set; } = [];

    public int Acknowledged => _acknowledged.Count;

    public TimeSpan Slowest => TimeSpan.FromTicks(Volatile.Read(ref _slowest));

    public static async Task<SteadyWriters> StartAsync(string address, PostgresServer database)
    {
        var writers = new SteadyWriters(await database.CreateDatabaseAsync());
        writers.Stores = [await writers.StartStoreAsync(address), await writers.StartStoreAsync(address)];
        await writers.ServedByRedisAsync();
        writers._writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(writers.WriteAsync));
        return writers;
    }

    public async Task<RunningStore> StartStoreAsync(string address) => await RunningStore.StartAsync(Options(address));

    /// <summary>Both instances use the server, not what stands in for it.</summary>
    public Task ServedByRedisAsync() => Eventually.TrueAsync(
        () => Stores.All(static store => store.Host.Status.Tiers[0].State == "closed"),
        s_patience,
        () => string.Join('\n', Stores.Select(static store => $"{store.Host.Status.Server} {string.Join(' ', store.Host.Status.Tiers)}\n{string.Join('\n', store.Log.Lines.TakeLast(30))}")));

    public async Task MoreAsync(int writes)
    {
        var before = Acknowledged;
        await Eventually.TrueAsync(() => Acknowledged >= before + writes, s_patience, () => $"Only {Acknowledged - before} writes; {string.Join('\n', _refused)}");
    }

    /// <summary>Stops writing and reads everything back by both instances, once nothing is left in lower tiers.</summary>
    public async Task NothingIsLostAsync()
    {
        await _stopping.CancelAsync();
        await _writing;
        Assert.Empty(_refused);
        await ServedByRedisAsync();
        await Eventually.TrueAsync(() => Stores.All(static store => store.Host.Status.Tiers.All(static tier => !tier.HoldsEntries)), s_patience, () => $"{Stores[0].Host.Status}");
        var lost = new List<string>();
        foreach (var (key, value) in _acknowledged)
        {
            foreach (var store in Stores)
            {
                if (!await IsFoundAsync(store, key, value)) lost.Add(key);
            }
        }

        Assert.True(lost.Count == 0, $"Not kept: {lost.Count} of {2 * _acknowledged.Count}: {string.Join(' ', lost.Take(5))}\n{string.Join('\n', Stores[0].Log.Lines)}");
        Assert.DoesNotContain("p@ss", string.Join('\n', Stores.SelectMany(static store => store.Log.Lines)), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _writing;
        foreach (var store in Stores) await store.DisposeAsync();
        _stopping.Dispose();
    }

    // A read that the server did not answer in time is answered by the database, which does not have what only the server holds.
    private static async Task<bool> IsFoundAsync(RunningStore store, string key, string value)
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            if (await store.Store.GetAsync(key, TestContext.Current.CancellationToken) is { } found) return Encoding.UTF8.GetString(found.Value.Span) == value;
            await Eventually.TrueAsync(() => store.Host.Status.Tiers[0].State == "closed", s_patience, () => $"{store.Host.Status}");
        }

        return false;
    }

    private SessionStoreOptions Options(string address)
    {
        Assert.True(StoreUrl.TryParse(address, out var url, out var problem), problem);
        return new() { Server = url, Database = Databases.Postgres(_database), DatabaseTimeout = TimeSpan.FromSeconds(5), Breaker = new() { SlowAfter = TimeSpan.FromSeconds(1) } };
    }

    private async Task WriteAsync(int writer)
    {
        using var pace = new PeriodicTimer(s_pace);
        var store = Stores[writer % Stores.Count].Store;
        for (var n = 0; !_stopping.IsCancellationRequested; n++)
        {
            var (key, value) = ($"{_prefix}{writer}:{n}", $"{n}");
            var watch = Stopwatch.StartNew();
            try
            {
                if (n % 5 == 4) Assert.NotNull(await store.AddAsync(key, Encoding.UTF8.GetBytes(value), s_life));
                else await store.SetAsync(key, Encoding.UTF8.GetBytes(value), s_life);
                _acknowledged[key] = value;
            }
            catch (Exception refused)
            {
                _refused.Enqueue(refused);
            }

            if (watch.Elapsed.Ticks > Volatile.Read(ref _slowest)) Volatile.Write(ref _slowest, watch.Elapsed.Ticks);
            await pace.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
