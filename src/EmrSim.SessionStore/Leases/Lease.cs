namespace EmrSim.SessionStore.Leases;

/// <summary>A lease that this instance holds. Disposing it hands it over.</summary>
public sealed class Lease : IAsyncDisposable
{
    // The store must not forget a lease before others may take it, however far its clock is ahead of the holder's.
    private static readonly TimeSpan s_longerByClocks = TimeSpan.FromSeconds(60);
    private readonly ISessionStore _store;
    private readonly TimeProvider _time;
    private readonly string _key;
    private readonly byte[] _holder;
    private readonly TimeSpan _life;
    private readonly Action _lost;
    private readonly CancellationTokenSource _losing = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _renewing;
    private Stamp _stamp;
    private long _renewed;
    private int _disposed;

    internal Lease(ISessionStore store, TimeProvider time, string name, string key, byte[] holder, TimeSpan life, Stamp stamp, long begun, Action lost)
    {
        (_store, _time, Name, _key, _holder, _life, Fence, _stamp, _renewed, _lost) = (store, time, name, key, holder, life, stamp, stamp, begun, lost);
        Lost = _losing.Token;
        _renewing = RenewAsync();
    }

    /// <summary>What is held.</summary>
    public string Name { get; }

    /// <summary>Newer than that of every earlier holder: whoever writes under the lease can be refused by it once there is a later one.</summary>
    public Stamp Fence { get; }

    /// <summary>Cancelled when the lease is lost.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Whether it is still held, by this instance's own clock.</summary>
    public bool IsHeld => !Lost.IsCancellationRequested && _disposed == 0 && _time.GetElapsedTime(Volatile.Read(ref _renewed)) < _life;

    internal static TimeSpan EntryLife(TimeSpan life) => life + s_longerByClocks;

    /// <summary>Hands it over, so that another instance need not wait.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _renewing.ConfigureAwait(false);
        try
        {
            // Only if it is still this one's: removing could take it from its next holder.
            if (!Lost.IsCancellationRequested) await _store.ReplaceAsync(_key, ReadOnlyMemory<byte>.Empty, _life, _stamp).ConfigureAwait(false);
        }
        catch (SessionStoreUnavailableException)
        {
            // Then it ends by itself.
        }

        _stopping.Dispose();
        _losing.Dispose();
    }

    private async Task RenewAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(_life / 3, _time, _stopping.Token).ConfigureAwait(false);
                if (!await TryRenewAsync().ConfigureAwait(false)) break;
            }

            await _losing.CancelAsync().ConfigureAwait(false);
            _lost();
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task<bool> TryRenewAsync()
    {
        var begun = _time.GetTimestamp();
        try
        {
            if (await _store.ReplaceAsync(_key, _holder, EntryLife(_life), _stamp, CancellationToken.None).ConfigureAwait(false) is not { } renewed) return false;
            _stamp = renewed;
            Volatile.Write(ref _renewed, begun);
            return true;
        }
        catch (SessionStoreUnavailableException)
        {
            // It may have been renewed without this being told: the next renewal finds out.
            return _time.GetElapsedTime(Volatile.Read(ref _renewed)) < _life * 2 / 3;
        }
    }
}
