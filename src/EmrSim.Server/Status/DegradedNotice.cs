using EmrSim.Server.Live;
using EmrSim.SessionStore;

namespace EmrSim.Server.Status;

/// <summary>Tells those who watch an encounter when a part of the system is down and when it is back.</summary>
public sealed class DegradedNotice(SessionStoreHost store, LiveFeed feed, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan s_glance = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_glance, clock);
        var was = false;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                var degraded = store.Status.Degraded;

                // Told again while it lasts, for those who have come meanwhile.
                if (degraded) feed.AnnounceDegraded("session_store");
                else if (was) feed.AnnounceDegraded("ok");
                was = degraded;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }
}
