using System.Diagnostics;
using EmrSim.Server.Settings;
using EmrSim.SessionStore;

namespace EmrSim.Server.Backups;

/// <summary>
/// Makes a backup in every slot of BACKUP_EVERY, counted from midnight UTC; one instance for all. A slot that nobody was there for
/// is made up for at the next start.
/// </summary>
internal sealed class BackupSchedule(BackupMaker maker, ServerSettings settings, ISessionStore store, TimeProvider clock, ILogger<BackupSchedule> log) : BackgroundService
{
    private static readonly TimeSpan s_longestLook = TimeSpan.FromSeconds(15);
    private readonly TimeSpan _every = settings.Backups.Every;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var look = _every / 10 < s_longestLook ? _every / 10 : s_longestLook;
        try
        {
            while (true)
            {
                // Instances of one fleet ask one after the other rather than at once.
                await Task.Delay(look * Random.Shared.NextDouble(), clock, stoppingToken);
                var slot = SlotOf(clock.GetUtcNow());
                var wait = await TryAsync(slot, stoppingToken) ? slot + _every - clock.GetUtcNow() : look;
                if (wait > TimeSpan.Zero) await Task.Delay(wait, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private DateTimeOffset SlotOf(DateTimeOffset now) => new(now.UtcTicks - (now.UtcTicks % _every.Ticks), TimeSpan.Zero);

    /// <summary>Whether nothing is left to do in this slot.</summary>
    private async Task<bool> TryAsync(DateTimeOffset slot, CancellationToken cancellationToken)
    {
        if (IsOnShelf(slot)) return true;
        var claim = new BackupClaim(store, slot, _every, clock);
        var start = Stopwatch.GetTimestamp();
        try
        {
            return await claim.RunAsync(ct => MakeAsync(slot, start, ct), cancellationToken) || await claim.IsDoneAsync(cancellationToken);
        }
        catch (SessionStoreUnavailableException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Failed(start, "another instance took over");
        }
        catch (Exception problem) when (problem is BackupRefusedException or UnauthorizedAccessException or InvalidOperationException)
        {
            Failed(start, problem.Message);
        }

        return false;
    }

    private async Task MakeAsync(DateTimeOffset slot, long start, CancellationToken cancellationToken)
    {
        // The store may have forgotten what the shared directory knows.
        if (IsOnShelf(slot)) return;
        var made = await maker.CreateAsync(BackupReason.Scheduled, cancellationToken);
        var took = Stopwatch.GetElapsedTime(start);
        BackupMetrics.Made(made, took);
        log.Made(made.Name, made.Size, took);
        foreach (var old in maker.Shelf.Prune(settings.Backups.Keep)) log.Removed(old.Name);
    }

    private bool IsOnShelf(DateTimeOffset slot)
    {
        if (maker.Shelf.All.FirstOrDefault(static backup => backup.Reason == BackupReason.Scheduled) is not { } newest) return false;
        BackupMetrics.Seen(newest);
        return newest.CreatedAt >= slot;
    }

    private void Failed(long start, string why)
    {
        BackupMetrics.Failed(Stopwatch.GetElapsedTime(start));
        log.NotMade(why);
    }
}
