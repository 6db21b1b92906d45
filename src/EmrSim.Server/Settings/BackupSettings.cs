namespace EmrSim.Server.Settings;

/// <param name="Directory">Where backups are kept; best on another disk, and shared by all instances.</param>
/// <param name="Every">How often the running server makes one, or zero for never.</param>
/// <param name="Keep">How many scheduled backups are kept.</param>
/// <param name="PostgresPrograms">Where pg_dump and pg_restore are, or null to look for them.</param>
public sealed record BackupSettings(string Directory, TimeSpan Every, int Keep, string? PostgresPrograms)
{
    public static BackupSettings Read(SettingsSource source, string dataDirectory) => new(
        source.Text("BACKUP_DIR", "The directory of the backups, best on another disk and shared by all instances; backups inside DATA_DIR when not set.") ?? Path.Combine(dataDirectory, "backups"),
        source.Duration("BACKUP_EVERY", "0", TimeSpan.FromDays(7), "How often the running server makes a backup, such as 6h or 1d, at most 7d; 0 for never."),
        source.Number("BACKUP_KEEP", 7, 1, 10_000, "How many scheduled backups are kept; those made by hand are never removed."),
        source.Text("POSTGRES_BIN", "The directory of pg_dump and pg_restore, for backups of PostgreSQL; looked for in the usual places when not set."));
}
