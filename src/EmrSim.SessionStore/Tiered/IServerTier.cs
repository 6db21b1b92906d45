namespace EmrSim.SessionStore.Tiered;

/// <summary>A tier on a server of its own: the one that is configured, or the one that a fleet moves to.</summary>
internal interface IServerTier : IStoreTier
{
    /// <summary>The connection is up again, or the first time.</summary>
    event Action? Ready;

    /// <summary>The connection is lost, not merely slow; told why in a word.</summary>
    event Action<string>? Lost;

    /// <summary>Whether it is one server: of several, one that is silent says nothing of the others.</summary>
    bool IsOne { get; }

    /// <summary>The connection as it is now, without secrets.</summary>
    ServerStatus Status { get; }

    /// <summary>Begins to connect, and waits at most this long for success.</summary>
    Task StartAsync(TimeSpan patience, CancellationToken cancellationToken);

    /// <summary>Checks, and if need be fills, the server before it is used; told whether it was reached anew.</summary>
    ValueTask PrepareAsync(bool isAnew, CancellationToken cancellationToken);

    /// <summary>Every key on the server at the time of asking, other programs' too. Never asked on the path of a request.</summary>
    IAsyncEnumerable<string> KeysAsync(CancellationToken cancellationToken);

    /// <summary>What is under the key: a value, a tombstone, or a counter; null when nothing of this library's is there.</summary>
    ValueTask<Envelope?> PeekAsync(string key, CancellationToken cancellationToken);
}
