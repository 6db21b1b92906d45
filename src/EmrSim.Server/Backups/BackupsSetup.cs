using EmrSim.Server.Settings;

namespace EmrSim.Server.Backups;

public static class BackupsSetup
{
    public static void AddBackups(this IServiceCollection services, ServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Backups.Every == TimeSpan.Zero) return;
        services.AddSingleton<BackupMaker>();
        services.AddHostedService<BackupSchedule>();
    }
}
