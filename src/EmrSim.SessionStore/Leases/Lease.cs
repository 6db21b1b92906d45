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
    private readonly CancellationTokenSource _losing;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _renewing;
    private Stamp _stamp;
    private long _renewed;
    private int _disposed;

    internal Lease(ISessionStore store, TimeProvider time, string name, string key, byte[] holder, TimeSpan life, Stamp stamp, long begun, Action lost)
    {
        (_store, _time, Name, _key, _holder, _life, Fence, _stamp, _renewed) = (store, time, name, key, holder, life, stamp, stamp, begun);
        _losing = new(LifeLeft, time);
        Lost = _losing.Token;
        Lost.Register(lost);
        _renewing = RenewAsync();
    }

    /// <summary>What is held.</summary>
    public string Name { get; }

    /// <summary>
    /// Newer than that of every earlier holder that this one could see: whoever writes under the lease can be refused by it once there
    /// is a later one. It stays the same for as long as the lease is held. Work that is refused by it shall end, to be begun again under a newer one.
    /// </summary>
    public Stamp Fence { get; }

    /// <summary>Cancelled when the lease is lost: at once when another has it, and when it could not be renewed for a life, also while a renewal waits for its answer.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Whether it is still held, by this instance's own clock.</summary>
    public bool IsHeld => !Lost.IsCancellationRequested && _disposed == 0 && _time.GetElapsedTime(Volatile.Read(ref _renewed)) < _life;

    private TimeSpan LifeLeft => _life - _time.GetElapsedTime(Volatile.Read(ref _renewed)) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

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
            await _store.ReplaceAsync(_key, ReadOnlyMemory<byte>.Empty, _life, _stamp).ConfigureAwait(false);
        }
        catch (SessionStoreUnavailableException)
        {
            // Then it ends by itself.
        }
        finally
        {
            _stopping.Dispose();
            _losing.Dispose();
        }
    }

    private async Task RenewAsync()
    {
        try
        {
            while (!Lost.IsCancellationRequested)
            {
                await Task.Delay(_life / 3, _time, _stopping.Token).ConfigureAwait(false);
                if (!await TryRenewAsync().ConfigureAwait(false)) await _losing.CancelAsync().ConfigureAwait(false);
            }
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
            if (await TryExtendAsync().ConfigureAwait(false) is not { } renewed) return false;
            _stamp = renewed;
            Volatile.Write(ref _renewed, begun);
            // A lease that is lost stays lost, although its last renewal came through.
            if (!Lost.IsCancellationRequested) _losing.CancelAfter(LifeLeft);
        }
        catch (Exception)
        {
            // It may have been renewed without this being told: the next renewal finds out, unless its life ends before.
        }

        return true;
    }

    private async ValueTask<Stamp?> TryExtendAsync()
    {
        try
        {
            if (await _store.ReplaceAsync(_key, _holder, EntryLife(_life), _stamp, CancellationToken.None).ConfigureAwait(false) is { } renewed) return renewed;
        }
        catch (SessionStoreUnavailableException)
        {
            // Not known to be done where it was sent first; what is written now is newer than that.
        }

        // Where this instance must look now there may be nothing: it lost the server, or another that has not has moved the lease up there.
        if (await _store.GetAsync(_key, CancellationToken.None).ConfigureAwait(false) is not { } standing)
            return await _store.AddAsync(_key, _holder, EntryLife(_life), CancellationToken.None).ConfigureAwait(false);
        // A renewal that was not answered, or one's own under a newer version.
        return standing.Value.Span.SequenceEqual(_holder) ? await _store.ReplaceAsync(_key, _holder, EntryLife(_life), standing.Stamp, CancellationToken.None).ConfigureAwait(false) : null;
    }
}
