namespace EmrSim.SessionStore;

/// <summary>What the session store says of itself, for health pages; read without waiting, and free of secrets.</summary>
/// <param name="Degraded">Whether a tier that should serve does not.</param>
/// <param name="Server">The configured server, or null when there is none.</param>
/// <param name="Tiers">All tiers in their order.</param>
public sealed record SessionStoreStatus(bool Degraded, ServerStatus? Server, IReadOnlyList<TierStatus> Tiers)
{
    /// <summary>How many entries of lower tiers wait to be moved up, as far as is known.</summary>
    public int PendingPromotions => Tiers.Skip(1).Sum(static tier => tier.HoldsEntries ? tier.Entries ?? 0 : 0);
}

/// <summary>The connection to the configured server.</summary>
/// <param name="Connected">Whether commands can be sent now and are answered.</param>
/// <param name="Url">The address with its secrets hidden.</param>
/// <param name="Version">The version that the server states, once known.</param>
/// <param name="LastError">The newest error while it is not connected, or null.</param>
/// <param name="Since">Since when the connection is in this state.</param>
public sealed record ServerStatus(bool Connected, string Url, string? Version, string? LastError, DateTimeOffset Since)
{
    /// <summary>redis, valkey, keydb or garnet, as the server states it; null until it is known.</summary>
    public string? Kind { get; init; }

    /// <summary>What an operator should mend although the server serves, such as sentinels without a majority; null when nothing.</summary>
    public string? Warning { get; init; }
}

/// <summary>One tier.</summary>
/// <param name="Name">redis, database or memory.</param>
/// <param name="State">closed (it serves), open or half-open.</param>
/// <param name="HoldsEntries">For a lower tier: whether it may hold entries that wait to be moved up.</param>
/// <param name="LastMs">How long its newest successful operation took, in milliseconds.</param>
/// <param name="LastFailure">Why its newest failed operation failed, in a word, and where it can be told what to change.</param>
public sealed record TierStatus(string Name, string State, bool HoldsEntries, double LastMs, string? LastFailure)
{
    /// <summary>How many entries it holds as far as is known without asking; null for the server. Of a database at most 50,000 are counted.</summary>
    public int? Entries { get; init; }

    /// <summary>The 95th percentile of its newest successful operations, in milliseconds; zero for memory.</summary>
    public double P95Ms { get; init; }
}
