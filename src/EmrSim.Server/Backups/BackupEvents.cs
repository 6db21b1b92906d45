namespace EmrSim.Server.Backups;

internal static partial class BackupEvents
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Backup made: {Name}, {Bytes} bytes, took {Took}")]
    public static partial void Made(this ILogger logger, string name, long bytes, TimeSpan took);

    [LoggerMessage(Level = LogLevel.Information, Message = "Backup removed, being beyond BACKUP_KEEP: {Name}")]
    public static partial void Removed(this ILogger logger, string name);

    [LoggerMessage(Level = LogLevel.Error, Message = "Backup not made: {Reason}")]
    public static partial void NotMade(this ILogger logger, string reason);
}
