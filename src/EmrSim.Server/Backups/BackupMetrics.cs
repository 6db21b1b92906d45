using System.Diagnostics.Metrics;

namespace EmrSim.Server.Backups;

/// <summary>What is counted of scheduled backups. The gauges tell of the newest one that this instance made or found in BACKUP_DIR.</summary>
internal static class BackupMetrics
{
    private static readonly Meter s_meter = new("EmrSim.Server");
    private static readonly Counter<long> s_runs = s_meter.CreateCounter<long>("backup.runs", description: "Scheduled backups by outcome.");
    private static readonly Histogram<double> s_duration = s_meter.CreateHistogram<double>("backup.duration", "s", "How long a scheduled backup took, by outcome.");
    private static StoredBackup? s_newest;

    static BackupMetrics()
    {
        s_meter.CreateObservableGauge("backup.last_success.time", static () => Newest(static backup => backup.CreatedAt.ToUnixTimeMilliseconds() / 1000.0), "s", "When the newest scheduled backup was made, in Unix time.");
        s_meter.CreateObservableGauge("backup.size", static () => Newest(static backup => backup.Size), "By", "The size of the newest scheduled backup.");
    }

    public static void Made(StoredBackup backup, TimeSpan duration)
    {
        Seen(backup);
        Count("success", duration);
    }

    public static void Failed(TimeSpan duration) => Count("failure", duration);

    public static void Seen(StoredBackup backup) => s_newest = backup;

    private static void Count(string outcome, TimeSpan duration)
    {
        s_runs.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        s_duration.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));
    }

    private static IEnumerable<Measurement<double>> Newest(Func<StoredBackup, double> value) => s_newest is { } backup ? [new(value(backup))] : [];
}
