using System.Diagnostics;
using System.Globalization;
using EmrSim.Server.Settings;
using EmrSim.SessionStore;
using EmrSim.SessionStore.Leases;

namespace EmrSim.Server.Backups;

/// <summary>
/// Makes a backup in every slot of BACKUP_EVERY, counted from midnight UTC, under a lease: one instance for all. A slot that nobody
/// was there for is made up for at the next start.
/// </summary>
internal sealed class BackupSchedule(BackupMaker maker, ServerSettings settings, FleetLeases leases, ISessionStore store, TimeProvider clock, ILogger<BackupSchedule> log) : BackgroundService
{
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_tryAgain = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_longestMark = TimeSpan.FromDays(7);
    private readonly TimeSpan _every = settings.Backups.Every;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => leases.HoldAsync("backup", s_lease, KeepAsync, stoppingToken);

    private async Task KeepAsync(Lease held, CancellationToken cancellationToken)
    {
        while (true)
        {
            var slot = SlotOf(clock.GetUtcNow());
            var isDone = await TryMakeAsync(slot, cancellationToken);
            var wait = isDone ? slot + _every - clock.GetUtcNow() : s_tryAgain < _every ? s_tryAgain : _every;
            if (wait > TimeSpan.Zero) await Task.Delay(wait, clock, cancellationToken);
        }
    }

    private DateTimeOffset SlotOf(DateTimeOffset now) => new(now.UtcTicks - (now.UtcTicks % _every.Ticks), TimeSpan.Zero);

    private static string MarkOf(DateTimeOffset slot) => string.Create(CultureInfo.InvariantCulture, $"backup:{slot.ToUnixTimeSeconds()}");

    // The shelf knows after the store has forgotten; the store knows when each instance has a shelf of its own.
    private async Task<bool> IsDoneAsync(DateTimeOffset slot, CancellationToken cancellationToken)
    {
        if (maker.Shelf.All.FirstOrDefault(static backup => backup.Reason == BackupReason.Scheduled) is { } newest)
        {
            BackupMetrics.Seen(newest);
            if (newest.CreatedAt >= slot) return true;
        }

        return await store.GetAsync(MarkOf(slot), cancellationToken) is not null;
    }

    private async Task<bool> TryMakeAsync(DateTimeOffset slot, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            if (await IsDoneAsync(slot, cancellationToken)) return true;
            var made = await maker.CreateAsync(BackupReason.Scheduled, cancellationToken);
            var took = Stopwatch.GetElapsedTime(start);
            BackupMetrics.Made(made, took);
            log.Made(made.Name, made.Size, took);
            foreach (var old in maker.Shelf.Prune(settings.Backups.Keep)) log.Removed(old.Name);
        }
        catch (Exception problem) when (problem is BackupRefusedException or IOException or UnauthorizedAccessException)
        {
            BackupMetrics.Failed(Stopwatch.GetElapsedTime(start));
            log.NotMade(problem is UnauthorizedAccessException ? $"{maker.Shelf.Directory} can't be used: {problem.Message} Set BACKUP_DIR to a directory that can." : problem.Message);
            return false;
        }

        await store.SetAsync(MarkOf(slot), "done"u8.ToArray(), _every * 2 < s_longestMark ? _every * 2 : s_longestMark, CancellationToken.None);
        return true;
    }
}
