using EmrSim.SessionStore.Tiered;
using StackExchange.Redis;

namespace EmrSim.SessionStore.Redis;

/// <summary>Looks, while the server is in doubt, whether it is worth a probe, and makes the connection anew when nothing else helps.</summary>
internal sealed partial class RedisConnection
{
    /// <summary>The library has been seen to stay away for minutes; a new multiplexer does not.</summary>
    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(s_watchEvery, time);
        var stopping = _stopping.Token;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(stopping).ConfigureAwait(false);
                // The client tells of a loss and of the recovery from it on two threads: told in the wrong order, it would count as lost.
                if (_state == ConnectionState.Reconnecting && _multiplexer is { } back && IsUp(back)) OnReady(back);
                if (_inDoubt && url.Kind == StoreServerKind.Cluster) await LookAtClusterAsync().ConfigureAwait(false);
                else if (_inDoubt && url.Kind == StoreServerKind.StandAlone) await LookAtServerAsync().ConfigureAwait(false);
                if (time.GetElapsedTime(Volatile.Read(ref _good)) >= RenewAfter && time.GetElapsedTime(_renewed) >= RenewAfter) await RenewAsync().ConfigureAwait(false);
            }
            catch (Exception problem) when (stopping.IsCancellationRequested || _trouble.IsTold(problem))
            {
            }
        }
    }

    // The client tells of no connection that is lost to a server that hangs, and so of none that is there again when it goes on.
    private async Task LookAtServerAsync()
    {
        if (!IsReady || _database is not { } database) return;
        try
        {
            await database.PingAsync().WaitAsync(s_patience, time).ConfigureAwait(false);
            Hint();
        }
        catch (Exception silent) when (silent is TimeoutException or RedisException or ObjectDisposedException)
        {
        }
    }

    // The client notices a promoted replica when it is sent on, which a tier that is not used never is.
    private async Task LookAtClusterAsync()
    {
        try
        {
            await ShardsAsync().ConfigureAwait(false);
            if (!_wasWhole) _hinted = 0;
            _wasWhole = true;
            Hint();
        }
        catch (Exception incomplete) when (incomplete is TierUnavailableException or RedisException or ObjectDisposedException)
        {
            _wasWhole = false;
            if (!_reading.IsCompleted || time.GetElapsedTime(_read) < s_readEvery) return;
            _read = time.GetTimestamp();
            _reading = LookAgainAsync();
        }
    }

    // Something speaks for a probe; a second apart, so that one that goes on failing costs little.
    private void Hint()
    {
        if (!IsReady || (_hinted != 0 && time.GetElapsedTime(_hinted) < s_hintEvery)) return;
        _hinted = time.GetTimestamp();
        Ready?.Invoke();
    }
}
