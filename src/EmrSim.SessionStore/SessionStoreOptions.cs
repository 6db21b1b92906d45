namespace EmrSim.SessionStore;

/// <summary>Which stores there are and how long to wait for them.</summary>
public sealed class SessionStoreOptions
{
    /// <summary>The configured server, or null for none.</summary>
    public StoreUrl? Server { get; set; }

    /// <summary>The database that takes over while the server is away, or null for none.</summary>
    public StoreDatabase? Database { get; set; }

    /// <summary>How long one tier may take for one operation.</summary>
    public TimeSpan OperationTimeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long the database may take: longer, since below it is only memory, which other instances can't see.</summary>
    public TimeSpan DatabaseTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many entries memory holds at the most; the soonest to expire go first.</summary>
    public int MemoryEntries { get; set; } = 100_000;

    /// <summary>How many bytes memory holds at the most, about.</summary>
    public long MemoryBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>How many of this instance's own writes are kept to fill a server that comes back empty.</summary>
    public int JournalEntries { get; set; } = 10_000;

    /// <summary>The bytes of the same.</summary>
    public long JournalBytes { get; set; } = 16L * 1024 * 1024;

    /// <summary>Entries moved up per second after a recovery, at the most.</summary>
    public int PromotionsPerSecond { get; set; } = 3_000;

    /// <summary>How often it is looked whether other instances left something in the database.</summary>
    public TimeSpan DatabaseBeat { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Lets tiers fail on demand, for drills and tests; null in normal service.</summary>
    public Faults.StoreFaults? Faults { get; set; }

    /// <summary>When a tier is left and taken up again.</summary>
    public BreakerOptions Breaker { get; set; } = new();

    /// <summary>Seals an address with its password before it is left on a server during a move to another one (see docs/servers.md).</summary>
    public Func<string, string> SealSecret { get; set; } = static secret => secret;

    /// <summary>Opens what <see cref="SealSecret"/> sealed.</summary>
    public Func<string, string> OpenSecret { get; set; } = static secret => secret;

    /// <summary>Part of every version that this instance gives; random, so that no two instances agree.</summary>
    public uint Instance { get; set; } = (uint)Random.Shared.NextInt64(1, uint.MaxValue);
}

/// <summary>When a tier is left and taken up again. The defaults and their reasons: see docs/session-store.md.</summary>
public sealed class BreakerOptions
{
    /// <summary>Failures in a row that open it.</summary>
    public int FailuresInRow { get; set; } = 3;

    /// <summary>The share of failures within two seconds that opens it.</summary>
    public double FailureShare { get; set; } = 0.5;

    /// <summary>Calls within two seconds below which the share says nothing.</summary>
    public int LeastCalls { get; set; } = 5;

    /// <summary>What counts as slow.</summary>
    public TimeSpan SlowAfter { get; set; } = TimeSpan.FromMilliseconds(150);

    /// <summary>The share of slow calls within three seconds that opens it: 0.05 is a 95th percentile.</summary>
    public double SlowShare { get; set; } = 0.05;

    /// <summary>Calls within three seconds below which slowness says nothing.</summary>
    public int LeastCallsForSlowness { get; set; } = 20;

    /// <summary>How long it stays open first; doubled each time.</summary>
    public TimeSpan OpenFor { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long it stays open at the most before the next probe; the database's never more than a second, since nothing else tells of its return.</summary>
    public TimeSpan OpenAtMost { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Good probes in a row that close it.</summary>
    public int ProbesToClose { get; set; } = 3;
}
