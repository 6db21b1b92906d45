using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace EmrSim.SessionStore.Leases;

/// <summary>
/// Leases in the session store: of all instances one holds a name, renews it while it lives, hands it over when it stops, and loses
/// it to another soon after it died.
/// </summary>
/// <remarks>
/// A lease is taken from a holder whose version has not changed for a whole life by the clock of the one who takes it, and given up by
/// a holder who could not renew it for a life by its own, so that clocks that are set differently do not matter. Where nothing stands,
/// a holder writes its lease again and goes on, and one who has lately seen another's waits until a life has passed: the lease may stand
/// where this instance can't look just now. While a part of the fleet can't see the other part's store, there is one holder on each
/// side, until what the one side wrote reaches the other: work under a lease must bear that, by being harmless when done twice or by
/// comparing <see cref="Lease.Fence"/> where it writes.
/// </remarks>
public sealed partial class FleetLeases(ISessionStore store, TimeProvider time, ILogger<FleetLeases> log)
{
    private readonly byte[] _holder = Encoding.UTF8.GetBytes($"{Environment.MachineName}:{Environment.ProcessId}:{RandomNumberGenerator.GetHexString(8)}");
    private readonly ConcurrentDictionary<string, (Stamp Stamp, long Since)> _watched = new(StringComparer.Ordinal);

    /// <summary>The lease, if nobody holds it now. Ask again within a life: that is how a dead holder is noticed.</summary>
    /// <param name="name">What is held: at most 200 bytes without white space.</param>
    /// <param name="life">How long it is held without being renewed. It is renewed by itself, three times as often.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Lease?> TryAcquireAsync(string name, TimeSpan life, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var key = $"lease:{name}";
        var begun = time.GetTimestamp();
        if (await TryTakeAsync(key, life, cancellationToken).ConfigureAwait(false) is not { } stamp) return null;
        _watched.TryRemove(key, out _);
        LogHeld(name);
        return new Lease(store, time, name, key, _holder, life, stamp, begun, () => LogLost(name));
    }

    /// <summary>Works whenever this instance holds the lease, until it is cancelled, and then hands it over.</summary>
    /// <param name="name">What is held.</param>
    /// <param name="life">How long it is held without being renewed; another instance takes over a third later at the most.</param>
    /// <param name="work">Its token is cancelled when the lease is lost. Work that ends by itself, or fails, is begun again by whoever gets the lease then.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task HoldAsync(string name, TimeSpan life, Func<Lease, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var lease = await TryAcquireAsync(name, life, cancellationToken).ConfigureAwait(false);
                if (lease is not null)
                {
                    await using (lease.ConfigureAwait(false)) await WorkAsync(lease, work, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (SessionStoreUnavailableException)
            {
                // Nobody can know who holds it; the next look may.
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem)
            {
                // Whatever it is, it must not stop this instance, and then the next holder.
                LogFailed(problem, name);
            }

            await Task.Delay(life / 3 * (0.7 + (0.3 * Random.Shared.NextDouble())), time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task WorkAsync(Lease lease, Func<Lease, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lease.Lost);
        try
        {
            await work(lease, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
        }
    }

    private async ValueTask<Stamp?> TryTakeAsync(string key, TimeSpan life, CancellationToken cancellationToken)
    {
        if (await store.GetAsync(key, cancellationToken).ConfigureAwait(false) is not { } standing)
        {
            if (_watched.TryGetValue(key, out var seen) && time.GetElapsedTime(seen.Since) < life) return null;
            return await store.AddAsync(key, _holder, Lease.EntryLife(life), cancellationToken).ConfigureAwait(false);
        }

        // Handed over, or not renewed for a life while this instance watched.
        if (standing.Value.Length == 0) _watched.TryRemove(key, out _);
        else if (!HasStoodStill(key, standing.Stamp, life)) return null;
        return await store.ReplaceAsync(key, _holder, Lease.EntryLife(life), standing.Stamp, cancellationToken).ConfigureAwait(false);
    }

    private bool HasStoodStill(string key, Stamp stamp, TimeSpan life)
    {
        var watched = _watched.GetOrAdd(key, static (_, now) => now, (stamp, time.GetTimestamp()));
        if (watched.Stamp == stamp) return time.GetElapsedTime(watched.Since) >= life;
        _watched[key] = (stamp, time.GetTimestamp());
        return false;
    }

    [LoggerMessage(151, LogLevel.Information, "Lease {Name} is held")]
    private partial void LogHeld(string name);

    [LoggerMessage(152, LogLevel.Warning, "Lease {Name} is lost")]
    private partial void LogLost(string name);

    [LoggerMessage(153, LogLevel.Error, "The work under lease {Name} failed and is begun again")]
    private partial void LogFailed(Exception problem, string name);
}
