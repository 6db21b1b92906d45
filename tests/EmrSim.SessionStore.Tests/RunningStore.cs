using Microsoft.Extensions.Logging;

namespace EmrSim.SessionStore.Tests;

/// <summary>One instance's store, started as the application starts it.</summary>
public sealed class RunningStore : IAsyncDisposable
{
    private RunningStore(SessionStoreHost host, KeptLog log)
    {
        Host = host;
        Log = log;
    }

    public SessionStoreHost Host { get; }

    public KeptLog Log { get; }

    public ISessionStore Store => Host.Store;

    public static async Task<RunningStore> StartAsync(SessionStoreOptions options, TimeProvider? time = null)
    {
        var log = new KeptLog();
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace));
        var host = new SessionStoreHost(options, time ?? TimeProvider.System, factory);
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new(host, log);
    }

    public async ValueTask DisposeAsync() => await Host.StopAsync(CancellationToken.None);
}

/// <summary>The system's time, off by a constant.</summary>
public sealed class SkewedTime(TimeSpan ahead) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + ahead;
}

/// <summary>The system's time, that can be put forward.</summary>
public sealed class MovableTime : TimeProvider
{
    private long _ticks;

    public void Forward(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _ticks));
}
