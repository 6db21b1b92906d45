using EmrSim.SessionStore.Database;
using EmrSim.SessionStore.Feed;
using EmrSim.SessionStore.Fleet;
using EmrSim.SessionStore.Leases;
using EmrSim.SessionStore.Memory;
using EmrSim.SessionStore.Migration;
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
    /// Adds <see cref="ISessionStore"/>, <see cref="FleetBell"/>, <see cref="FleetLeases"/> and <see cref="SessionStoreHost"/>. The tiers are the server when one is set, the database when
    /// one is set, and memory.
    /// </summary>
    public static IServiceCollection AddSessionStore(this IServiceCollection services, Func<IServiceProvider, SessionStoreOptions> options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new SessionStoreHost(options(provider), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()));
        services.AddSingleton(static provider => provider.GetRequiredService<SessionStoreHost>().Store);
        services.AddSingleton(static provider => provider.GetRequiredService<SessionStoreHost>().Bell);
        services.AddSingleton<FleetLeases>();
        services.AddHostedService(static provider => provider.GetRequiredService<SessionStoreHost>());
        return services;
    }

    /// <summary>Adds <see cref="FleetRoll"/>, by which the instances know of each other; call it after <see cref="AddSessionStore"/>.</summary>
    public static IServiceCollection AddFleetRoll(this IServiceCollection services, Func<IServiceProvider, IReadOnlyDictionary<string, string>> facts)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(facts);
        services.AddSingleton(provider => new FleetRoll(provider.GetRequiredService<SessionStoreHost>(), () => facts(provider), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<FleetRoll>>()));
        services.AddHostedService(static provider => provider.GetRequiredService<FleetRoll>());
        return services;
    }
}

/// <summary>The running session store: its tiers, its connection and its recovery. Started and stopped with the application.</summary>
public sealed class SessionStoreHost : IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan s_connectPatience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_startPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_echoPatience = TimeSpan.FromMilliseconds(500);

    // No connection is watched, whose return would speak for a probe.
    private static readonly TimeSpan s_databaseOpenAtMost = TimeSpan.FromSeconds(1);
    private readonly List<TierSlot> _slots = [];
    private readonly SessionStoreOptions _options;
    private readonly IServerTier? _server;
    private readonly MovingTier? _moving;
    private readonly MigrationWatch? _watch;
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
        if (options.Server is { } url)
        {
            journal = new(time, options.JournalEntries, options.JournalBytes);
            var kinds = new ServerKinds(_deadlines, journal, clock, report, options.Instance, time, logs);
            _server = kinds.Create(url);
            _moving = new MovingTier(_server, time);
            _moving.Hear(_server);
            _watch = new MigrationWatch(_moving, address => kinds.Create(StoreUrl.Parse(options.OpenSecret(address))), time, logs.CreateLogger<MigrationWatch>());
            Add(_moving, report, time);
        }

        if (options.Database is { } database) Add(new DatabaseTier(database, time, options.DatabaseTimeout), report, time);
        var alone = _slots.Count == 0;
        Add(new MemoryTier(time, options.MemoryEntries, options.MemoryBytes, keepTombstones: !alone), report, time);
        report.Primary = _slots[0];
        report.Expired = () => _slots.Sum(static slot => slot.Fallback?.Expired ?? 0);
        report.Changed = () => Changed?.Invoke(Status);

        var moving = new MoveUp(_slots, clock, report, logs.CreateLogger<MoveUp>());
        Store = new TieredStore(_slots, clock, moving, journal);
        _recovery = new(_slots, moving, report, options, time, logs.CreateLogger<Recovery>());
        if (_moving is not null && _watch is not null)
        {
            _recovery.BeforeUse = _watch.PrepareAsync;
            _moving.Lost += cause => _slots[0].Trip(cause);
            _moving.Ready += () => _slots[0].Breaker.ProbeNow();
        }

        Bell = new(BellLines(time, logs.CreateLogger<FleetBell>()), time, logs.CreateLogger<FleetBell>());
    }

    /// <summary>Raised after a tier was left or taken up again, on a thread of its own.</summary>
    public event Action<SessionStoreStatus>? Changed;

    /// <summary>The store.</summary>
    public ISessionStore Store { get; }

    /// <summary>Part of every version that this instance gives.</summary>
    public uint Instance => _options.Instance;

    /// <summary>What it was built with.</summary>
    public SessionStoreOptions Options => _options;

    /// <summary>Raised after this instance has followed a step of a move to another server.</summary>
    public event Func<CancellationToken, Task>? Followed
    {
        add
        {
            if (_watch is not null) _watch.Followed += value;
        }

        remove
        {
            if (_watch is not null) _watch.Followed -= value;
        }
    }

    /// <summary>How far this instance has followed the fleet to another server, as it tells the others; null when there is no move.</summary>
    public string? Migration => _watch?.Fact;

    /// <summary>The bell that all instances hear.</summary>
    public FleetBell Bell { get; }

    /// <summary>How it is now.</summary>
    public SessionStoreStatus Status => new(
        _slots.Any(static slot => !slot.Breaker.Allows) || _moving?.Current.Status is { Connected: false },
        _moving?.Current.Status is { } server
            ? server with { Connected = server.Connected && _slots[0].Breaker.Allows, LastError = server.LastError ?? (_slots[0].Breaker.Allows ? null : _slots[0].LastFailure) }
            : null,
        [.. _slots.Select((slot, index) => new TierStatus(
            slot.Tier.Name,
            slot.Breaker.State switch { BreakerState.Closed => "closed", BreakerState.Open => "open", _ => "half-open" },
            index > 0 && slot.Fallback is { MayHoldAny: true },
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
        if (_server is not null) await _server.StartAsync(s_connectPatience, cancellationToken).ConfigureAwait(false);
        _watch?.Start();
        await _recovery.StartAsync(cancellationToken).ConfigureAwait(false);
        var bell = Bell.StartAsync(s_echoPatience, cancellationToken);
        await Task.WhenAny(_recovery.FirstLook, Task.Delay(s_startPatience, cancellationToken)).ConfigureAwait(false);
        await bell.ConfigureAwait(false);
    }

    /// <summary>Stops the recovery and closes the connections.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _recovery.StopAsync(cancellationToken).ConfigureAwait(false);
        if (_watch is not null) await _watch.DisposeAsync().ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await Bell.DisposeAsync().ConfigureAwait(false);
        _recovery.Dispose();
        foreach (var slot in _slots) await slot.Tier.DisposeAsync().ConfigureAwait(false);
        await _deadlines.DisposeAsync().ConfigureAwait(false);
    }

    private IEnumerable<IBellLine> BellLines(TimeProvider time, ILogger log)
    {
        var hasPubSub = _server is RedisTier;
        if (hasPubSub) yield return new RedisBellLine(() => (_moving?.Current as RedisTier)?.Connection, _deadlines, time, log);
        // What another instance does not see rings nowhere; SQLite has no bell.
        if (_options.Database is { Dialect: StoreDialect.PostgreSql } database) yield return new PostgresBellLine(database, isFirst: !hasPubSub, time, log);
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private void Add(IStoreTier tier, OutageReport report, TimeProvider time)
    {
        var used = _options.Faults?.Wrap(tier, time) ?? tier;
        // A slow database is still better than memory, which the other instances can't see.
        var server = tier as MovingTier;
        var breaker = new Breaker(time, _options.Breaker, Random.Shared, opensWhenSlow: server is not null, tier is DatabaseTier ? Shorter(s_databaseOpenAtMost, _options.Breaker.OpenAtMost) : null);
        _slots.Add(new(used, breaker, report, neverFails: used is MemoryTier) { IsOne = () => server?.AsksOne == true });
    }
}
