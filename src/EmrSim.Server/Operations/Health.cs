using System.Diagnostics;
using EmrSim.Server.Settings;
using EmrSim.Server.Storage;
using EmrSim.SessionStore;
using EmrSim.SessionStore.Feed;

namespace EmrSim.Server.Operations;

/// <summary>What the server says of itself: degraded while a tier is away, unhealthy only without its database.</summary>
public sealed class Health(ServerSettings settings, AppDatabase database, SessionStoreHost store, FleetBell bell)
{
    private static readonly TimeSpan s_databasePatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_believed = TimeSpan.FromMilliseconds(250);
    private static readonly long s_started = Stopwatch.GetTimestamp();
    private volatile Task<bool>? _asked;
    private long _askedAt;

    public async Task<HealthAnswer> ReportAsync()
    {
        var reachable = await IsDatabaseReachableAsync();
        var tiers = store.Status;
        var feed = bell.Status;
        return new(
            Ok: reachable,
            Status: !reachable ? "unhealthy" : tiers.Degraded || feed.IsInDoubt ? "degraded" : "healthy",
            UptimeS: (int)Stopwatch.GetElapsedTime(s_started).TotalSeconds,
            Db: reachable ? "ok" : "err",
            Openai: settings.Voice.ApiKey is null ? "err" : "ok",
            Storage: tiers.Server is { Connected: true } ? "redis" : database.Dialect == Dialect.Sqlite ? "sqlite" : "postgresql",
            Warnings: Warnings(reachable, tiers, feed),
            Features: new(settings.Voice.Enabled, settings.Voice.SpsEnabled, settings.Voice.Debug),
            Redis: tiers.Server is { } server
                ? new(true, server.Connected, server.Url, server.Version, server.LastError, server.Since)
                : new(false, false, null, null, null, null),
            Tiers: [.. tiers.Tiers.Select(tier => new TierAnswer(tier.Name, tier.State, tier.HoldsEntries, tier.LastMs, tier.LastFailure))],
            Feed: new(feed.State, feed.Peers, [.. feed.Lines.Select(static line => new LineAnswer(line.Name, line.Believed, line.EchoMs, line.Problem, line.Since))]),
            Version: BuildVersion.Number,
            Error: reachable ? null : "db",
            Details: reachable ? null : "The database does not answer; what is written meanwhile is refused, never lost.");
    }

    /// <summary>Whether the database answers; callers of one moment share one question.</summary>
    public Task<bool> IsDatabaseReachableAsync()
    {
        if (_asked is { } asked && Stopwatch.GetElapsedTime(Volatile.Read(ref _askedAt)) < s_believed) return asked;
        Volatile.Write(ref _askedAt, Stopwatch.GetTimestamp());
        return _asked = AskAsync();
    }

    private async Task<bool> AskAsync()
    {
        using var patience = new CancellationTokenSource(s_databasePatience);
        try
        {
            // A driver takes its time to notice that it was cancelled while the server hangs.
            return await database.PingAsync(patience.Token).WaitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private static List<string> Warnings(bool reachable, SessionStoreStatus tiers, FleetBellStatus feed)
    {
        List<string> warnings = [];
        if (!reachable) warnings.Add("database_unreachable");
        if (tiers.Degraded) warnings.Add("session_store_degraded");
        if (tiers.Tiers.Any(static tier => tier.HoldsEntries)) warnings.Add("session_store_merging");
        if (tiers.Server?.Warning is not null) warnings.Add("session_store_without_sentinels");
        if (feed.IsInDoubt) warnings.Add("live_feed_in_doubt");
        return warnings;
    }
}
