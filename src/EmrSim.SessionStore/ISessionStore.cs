namespace EmrSim.SessionStore;

/// <summary>
/// Short-lived shared key-value state. Every operation is atomic on one key, the most that every kind of server can promise.
/// </summary>
/// <remarks>
/// Keys are 1 to 250 bytes of UTF-8 without white space or control characters; values are at most 1 MiB. Every entry has a time to live
/// of more than zero and at most 7 days. An operation ends within its time budget whatever the servers do; when no store can
/// serve it, it throws <see cref="SessionStoreUnavailableException"/>.
/// </remarks>
public interface ISessionStore
{
    /// <summary>The entry under <paramref name="key"/>, or null when there is none or its life is over.</summary>
    ValueTask<StoreEntry?> GetAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Writes the entry whatever was there before, and gives its new version.</summary>
    ValueTask<Stamp> SetAsync(string key, ReadOnlyMemory<byte> value, TimeSpan timeToLive, CancellationToken cancellationToken = default);

    /// <summary>Writes the entry only if there is none: its version when it was written, null when one was there.</summary>
    ValueTask<Stamp?> AddAsync(string key, ReadOnlyMemory<byte> value, TimeSpan timeToLive, CancellationToken cancellationToken = default);

    /// <summary>Writes the entry only if its version is still <paramref name="expected"/>: its new version, or null when it had changed or gone.</summary>
    ValueTask<Stamp?> ReplaceAsync(string key, ReadOnlyMemory<byte> value, TimeSpan timeToLive, Stamp expected, CancellationToken cancellationToken = default);

    /// <summary>Adds to a counter. The first increment starts its life; later ones do not prolong it.</summary>
    ValueTask<StoreCounter> IncrementAsync(string key, long by, TimeSpan timeToLive, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes the entry: true when there was one. Throws <see cref="SessionStoreUnavailableException"/> also when it is gone now, but a
    /// server that failed meanwhile may have had it.
    /// </summary>
    ValueTask<bool> RemoveAsync(string key, CancellationToken cancellationToken = default);
}

/// <summary>A value with its version and the moment at which its life ends.</summary>
public readonly record struct StoreEntry(ReadOnlyMemory<byte> Value, Stamp Stamp, DateTimeOffset ExpiresAt);

/// <summary>A counter's value after an increment and the moment at which its life ends.</summary>
public readonly record struct StoreCounter(long Value, DateTimeOffset ExpiresAt);

/// <summary>No store of the chain could serve the operation within its time budget.</summary>
public sealed class SessionStoreUnavailableException : Exception
{
    /// <summary>States which operation found no store.</summary>
    public SessionStoreUnavailableException(string message, Exception? inner = null) : base(message, inner) { }

    /// <inheritdoc/>
    public SessionStoreUnavailableException() : this("No session store could serve the operation.") { }

    /// <inheritdoc/>
    public SessionStoreUnavailableException(string message) : this(message, null) { }
}
