using System.Net.Sockets;
using EmrSim.SessionStore.Memcached;
using EmrSim.SessionStore.Migration;
using EmrSim.SessionStore.Tiered;
using Microsoft.Extensions.Logging;

namespace EmrSim.SessionStore;

/// <summary>
/// Moves a running fleet from one server to another, of the same or another kind, without a pause: every instance writes to both
/// while everything is copied with its remaining life, then reads both, then leaves the old one.
/// </summary>
/// <remarks>The instances must announce themselves (<see cref="SessionStoreSetup.AddFleetRoll"/>) and share how addresses are sealed.</remarks>
public sealed class StoreMigration(SessionStoreOptions options, TimeProvider time, ILoggerFactory logs)
{
    private static readonly TimeSpan s_connectPatience = TimeSpan.FromSeconds(5);

    /// <summary>Whether a server on which no instance announces itself is refused: most often it is the wrong address.</summary>
    public bool NeedsInstances { get; init; } = true;

    /// <summary>
    /// Moves the fleet that uses <paramref name="from"/> to <paramref name="to"/>; begun again, it goes on where it stopped. What an
    /// earlier move left on <paramref name="to"/> is removed first.
    /// </summary>
    /// <param name="from">The address that the instances use now.</param>
    /// <param name="to">The address that they are to use.</param>
    /// <param name="tell">Called with each line of progress.</param>
    /// <param name="cancellationToken">Stops between two steps; begin again or abort afterwards.</param>
    /// <exception cref="MigrationStoppedException">A step could not be done; the message says what to do.</exception>
    public async Task RunAsync(string from, string to, Action<string> tell, CancellationToken cancellationToken)
    {
        if (StoreUrl.Parse(from) == StoreUrl.Parse(to)) throw new MigrationStoppedException("The two addresses are the same.");
        await WithAsync(from, async (kinds, clock, old, ct) =>
        {
            await using var target = await ConnectAsync(kinds, StoreUrl.Parse(to), ct).ConfigureAwait(false);
            var lead = new MigrationLead(old, clock);
            var steps = new MigrationSteps(old, target, lead, time, tell, NeedsInstances);
            await new MigrationRun(target, lead, steps, new StoreCopy(old, target, lead), clock, tell).RunAsync(to, options.SealSecret, options.OpenSecret, ct).ConfigureAwait(false);
            return true;
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Goes back to <paramref name="from"/> alone, also when the new server is dead: false when the fleet has moved already.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public Task<bool> AbortAsync(string from, Action<string> tell, CancellationToken cancellationToken) =>
        WithAsync(from, (_, clock, old, ct) =>
        {
            var lead = new MigrationLead(old, clock);
            return new MigrationAbort(lead, new MigrationSteps(old, null, lead, time, tell, needsInstances: false), tell).RunAsync(ct);
        }, cancellationToken);

    private async Task<bool> WithAsync(string from, Func<ServerKinds, StampClock, IServerTier, CancellationToken, Task<bool>> work, CancellationToken cancellationToken)
    {
        var late = new LateTime(time);
        await using var deadlines = new Deadlines(time, TimeSpan.FromSeconds(2));
        var clock = new StampClock(late, options.Instance);
        var report = new OutageReport(time, logs.CreateLogger<OutageReport>());
        var kinds = new ServerKinds(deadlines, new Journal(time, 0, 0), clock, report, options.Instance, late, logs);
        await using var old = await ConnectAsync(kinds, StoreUrl.Parse(from), cancellationToken).ConfigureAwait(false);
        try
        {
            return await work(kinds, clock, old, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is TierUnavailableException or PartAwayException)
        {
            throw new MigrationStoppedException($"A server stopped serving: {problem.Message}. Begin again, or abort.");
        }
        catch (EntryRefusedException problem)
        {
            throw new MigrationStoppedException($"The new server does not take every entry ({problem.Message}). Raise its limit (memcached: -I), then begin again, or abort.");
        }
        catch (Exception problem) when (problem is TimeoutException or IOException or SocketException or MemcachedRefusedException or TierContendedException or StackExchange.Redis.RedisException or ObjectDisposedException)
        {
            throw new MigrationStoppedException($"A server stopped answering ({problem.GetType().Name}). Begin again, or abort.");
        }
    }

    private static async Task<IServerTier> ConnectAsync(ServerKinds kinds, StoreUrl url, CancellationToken cancellationToken)
    {
        var server = kinds.Create(url);
        try
        {
            await server.StartAsync(s_connectPatience, cancellationToken).ConfigureAwait(false);
            await server.ProbeAsync(cancellationToken).ConfigureAwait(false);
            return server;
        }
        catch (Exception problem)
        {
            var why = server.Status.LastError ?? (problem is TierUnavailableException ? problem.Message : problem.GetType().Name);
            await server.DisposeAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            throw new MigrationStoppedException($"{url.Masked} does not serve: {why}.");
        }
    }
}

/// <summary>A move between servers could not go on. The message says what to do; it can be begun again or aborted.</summary>
public sealed class MigrationStoppedException(string message) : Exception(message)
{
    /// <inheritdoc/>
    public MigrationStoppedException() : this("The move could not go on.") { }
}
