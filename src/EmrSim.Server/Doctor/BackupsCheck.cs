using EmrSim.Server.Backups;
using EmrSim.Server.Settings;

namespace EmrSim.Server.Doctor;

/// <summary>Whether there are backups, how old the newest is, and whether another can be made.</summary>
internal static class BackupsCheck
{
    private static readonly TimeSpan s_unscheduledMost = TimeSpan.FromDays(7);

    public static async Task LookAsync(ServerSettings settings, Findings found, CancellationToken cancellationToken)
    {
        var shelf = new BackupShelf(settings.Backups.Directory);
        JudgeAge(settings.Backups, shelf, found);
        if (settings.Storage.ConnectionUrl is null) return;
        try
        {
            // The oldest server that is still looked after: what it takes for the real one, its dump says.
            found.Good("programs", await new PostgresPrograms(settings.Backups.PostgresPrograms).FindAsync("pg_dump", PostgresCheck.OldestMajor, cancellationToken));
        }
        catch (BackupRefusedException missing)
        {
            found.Warn("programs", missing.Message, "Without them no backup can be made by emrsim backup.");
        }
    }

    private static void JudgeAge(BackupSettings settings, BackupShelf shelf, Findings found)
    {
        var all = shelf.All;
        if (all.Count == 0)
        {
            if (settings.Every > TimeSpan.Zero) found.Warn("age", $"there is no backup in {shelf.Directory} yet", "Look for \"Backup not made\" in the server's log when it has been running for a while.");
            else found.Note("age", $"no backups are scheduled and there is none in {shelf.Directory}", "Set BACKUP_EVERY=1d, or run emrsim backup create regularly.");
            return;
        }

        var age = TimeProvider.System.GetUtcNow() - all[0].CreatedAt;
        var told = $"{all.Count} backups in {shelf.Directory}, the newest {(age.TotalHours < 48 ? $"{age.TotalHours:0} hours" : $"{age.TotalDays:0} days")} old";
        var most = settings.Every > TimeSpan.Zero ? settings.Every * 2 : s_unscheduledMost;
        if (age > most) found.Warn("age", told, settings.Every > TimeSpan.Zero ? "Look for \"Backup not made\" in the server's log." : "Set BACKUP_EVERY=1d, or run emrsim backup create.");
        else found.Good("age", told);
    }
}
