namespace EmrSim.SessionStore;

/// <summary>How the servers behind an address stand to each other.</summary>
public enum StoreServerKind
{
    /// <summary>One server.</summary>
    StandAlone = 0,

    /// <summary>A primary and its replicas, of which sentinels say which is the primary.</summary>
    Sentinel = 1,

    /// <summary>Several primaries, each with a part of the keys.</summary>
    Cluster = 2,
}
