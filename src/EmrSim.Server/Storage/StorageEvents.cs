namespace EmrSim.Server.Storage;

internal static partial class StorageEvents
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Database migrated: {Migration}")]
    public static partial void Migrated(this ILogger logger, string migration);

    [LoggerMessage(Level = LogLevel.Error, Message = "Database unavailable: {Location}: {Reason}")]
    public static partial void Unavailable(this ILogger logger, string location, string reason);

    [LoggerMessage(Level = LogLevel.Critical, Message = "A backup is being restored into {Location}: this server stops")]
    public static partial void RestoredUnderServer(this ILogger logger, string location);
}
