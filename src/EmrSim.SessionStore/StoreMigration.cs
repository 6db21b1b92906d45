using EmrSim.SessionStore.Fleet;
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

    /// <summary>Moves the fleet that uses <paramref name="from"/> to <paramref name="to"/>; begun again, it goes on where it stopped.</summary>
    /// <param name="from">The address that the instances use now.</param>
    /// <param name="to">The address that they are to use.</param>
    /// <param name="tell">Called with each line of progress.</param>
    /// <param name="cancellationToken">Stops between two steps; begin again or abort afterwards.</param>
    /// <exception cref="MigrationStoppedException">A step could not be done; the message says what to do.</exception>
    public Task RunAsync(string from, string to, Action<string> tell, CancellationToken cancellationToken) =>
        WithAsync(from, to, tell, static async (run, ct) =>
        {
            await run.RunAsync(ct).ConfigureAwait(false);
            return true;
        }, cancellationToken);

    /// <summary>Goes back to <paramref name="from"/> alone: false when the fleet has moved already.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public Task<bool> AbortAsync(string from, string to, Action<string> tell, CancellationToken cancellationToken) =>
        WithAsync(from, to, tell, static (run, ct) => run.AbortAsync(ct), cancellationToken);

    private async Task<bool> WithAsync(string from, string to, Action<string> tell, Func<MigrationRun, CancellationToken, Task<bool>> work, CancellationToken cancellationToken)
    {
        var (old, target) = (StoreUrl.Parse(from), StoreUrl.Parse(to));
        if (old == target) throw new MigrationStoppedException("The two addresses are the same.");
        await using var deadlines = new Deadlines(time, TimeSpan.FromSeconds(2));
        var clock = new StampClock(time, options.Instance);
        var report = new OutageReport(time, logs.CreateLogger<OutageReport>());
        var kinds = new ServerKinds(deadlines, new Journal(time, 0, 0), clock, report, options.Instance, time, logs);
        await using var here = await ConnectAsync(kinds, old, cancellationToken).ConfigureAwait(false);
        await using var there = await ConnectAsync(kinds, target, cancellationToken).ConfigureAwait(false);
        try
        {
            return await work(new MigrationRun(here, there, options.SealSecret(to), clock, time, tell), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception problem) when (problem is TimeoutException or TierUnavailableException or StackExchange.Redis.RedisException)
        {
            throw new MigrationStoppedException($"A server stopped answering ({problem.GetType().Name}). Begin again, or abort.");
        }
    }

    private static async Task<IServerTier> ConnectAsync(ServerKinds kinds, StoreUrl url, CancellationToken cancellationToken)
    {
        var server = kinds.Create(url);
        await server.StartAsync(s_connectPatience, cancellationToken).ConfigureAwait(false);
        try
        {
            await server.ProbeAsync(cancellationToken).ConfigureAwait(false);
            return server;
        }
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            var why = server.Status.LastError ?? problem.GetType().Name;
            await server.DisposeAsync().ConfigureAwait(false);
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
