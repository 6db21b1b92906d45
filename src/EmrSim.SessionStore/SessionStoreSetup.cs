using EmrSim.SessionStore.Database;
using EmrSim.SessionStore.Memory;
using EmrSim.SessionStore.Redis;
using EmrSim.SessionStore.Tiered;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EmrSim.SessionStore;

/// <summary>Registers the session store.</summary>
public static class SessionStoreSetup
{
    /// <summary>
    /// Adds <see cref="ISessionStore"/> and <see cref="SessionStoreHost"/>. The tiers are the server when one is set, the database when
    /// one is set, and memory.
    /// </summary>
    public static IServiceCollection AddSessionStore(this IServiceCollection services, Func<IServiceProvider, SessionStoreOptions> options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new SessionStoreHost(options(provider), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(static provider => provider.GetRequiredService<SessionStoreHost>().Store);
        services.AddHostedService(static provider => provider.GetRequiredService<SessionStoreHost>());
        return services;
    }
}

/// <summary>The running session store: its tiers, its connection and its recovery. Started and stopped with the application.</summary>
public sealed class SessionStoreHost : IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan s_connectPatience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_startPatience = TimeSpan.FromSeconds(5);
    private readonly List<TierSlot> _slots = [];
    private readonly SessionStoreOptions _options;
    private readonly RedisConnection? _connection;
    private readonly Deadlines _deadlines;
    private readonly Recovery _recovery;
    private int _disposed;

    /// <summary>Builds the tiers; nothing is connected yet.</summary>
    public SessionStoreHost(SessionStoreOptions options, TimeProvider time, ILoggerFactory logs)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(logs);
        _options = options;
        _deadlines = new(time, options.OperationTimeout);
        var report = new OutageReport(time, logs.CreateLogger<OutageReport>());
        var clock = new StampClock(time, options.Instance);
        Journal? journal = null;
        if (options.Server is { } server)
        {
            _connection = new(server, time, logs.CreateLogger<RedisConnection>());
            journal = new(time, options.JournalEntries, options.JournalBytes);
            Add(new RedisTier(_connection, _deadlines, time, options.Instance), report, time);
        }

        if (options.Database is { } database) Add(new DatabaseTier(database, time, options.DatabaseTimeout), report, time);
        var alone = _slots.Count == 0;
        Add(new MemoryTier(time, options.MemoryEntries, options.MemoryBytes, keepTombstones: !alone), report, time);
        report.Primary = _slots[0];
        report.Expired = () => _slots.Sum(static slot => slot.Fallback?.Expired ?? 0);
        report.Changed = () => Changed?.Invoke(Status);

        var store = new TieredStore(_slots, clock, journal);
        Store = store;
        _recovery = new(_slots, store, report, options, time, logs.CreateLogger<Recovery>());
        if (_connection is not null)
        {
            var mark = new FleetMark(_connection, _deadlines, _slots[0].Tier, journal!, clock, report);
            _recovery.BeforeUse = mark.CheckAsync;
            _connection.Lost += cause => _slots[0].Trip(cause);
            _connection.Ready += () => _slots[0].Breaker.ProbeNow();
        }
    }

    /// <summary>Raised after a tier was left or taken up again, on a thread of its own.</summary>
    public event Action<SessionStoreStatus>? Changed;

    /// <summary>The store.</summary>
    public ISessionStore Store { get; }

    /// <summary>How it is now.</summary>
    public SessionStoreStatus Status => new(
        _slots.Any(static slot => !slot.Breaker.Allows),
        _connection is { } connection
            ? new(connection.IsReady && _slots[0].Breaker.Allows, _options.Server!.Masked, connection.ServerVersion, connection.LastError ?? (_slots[0].Breaker.Allows ? null : _slots[0].LastFailure), connection.Since) { Kind = connection.ServerKind }
            : null,
        [.. _slots.Select((slot, index) => new TierStatus(
            slot.Tier.Name,
            slot.Breaker.State switch { BreakerState.Closed => "closed", BreakerState.Open => "open", _ => "half-open" },
            index > 0 && slot.Fallback is { MayHold: true },
            Math.Round(slot.LastMs, 3),
            slot.LastFailure)
        {
            Entries = slot.Fallback?.Held,
            P95Ms = Math.Round(slot.P95Ms, 3),
        })]);

    /// <summary>
    /// Connects in the background; waits half a second for a server and at most a few seconds for a database, so that what is
    /// there is used from the first request on.
    /// </summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Until its first probes are through, a tier is not used: it may be an empty server, a replica, or a database without the table.
        foreach (var slot in _slots.Where(static slot => slot.Tier is not MemoryTier)) slot.Breaker.BeginOpen();
        if (_connection is not null) await _connection.StartAsync(s_connectPatience, cancellationToken).ConfigureAwait(false);
        await _recovery.StartAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAny(_recovery.FirstLook, Task.Delay(s_startPatience, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Stops the recovery and closes the connections.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _recovery.StopAsync(cancellationToken).ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _recovery.Dispose();
        foreach (var slot in _slots) await slot.Tier.DisposeAsync().ConfigureAwait(false);
        await _deadlines.DisposeAsync().ConfigureAwait(false);
    }

    private void Add(IStoreTier tier, OutageReport report, TimeProvider time)
    {
        var used = _options.Faults?.Wrap(tier, time) ?? tier;
        // A slow database is still better than memory, which the other instances can't see.
        var breaker = new Breaker(time, _options.Breaker, Random.Shared, opensWhenSlow: tier is RedisTier);
        _slots.Add(new(used, breaker, report, neverFails: used is MemoryTier));
    }
}
