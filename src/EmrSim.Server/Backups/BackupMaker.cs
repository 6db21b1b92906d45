using EmrSim.Server.Operations;
using EmrSim.Server.Settings;

namespace EmrSim.Server.Backups;

/// <summary>Makes one backup: database, content, manifest, in one file that appears when it is complete.</summary>
internal sealed class BackupMaker(ServerSettings settings, TimeProvider clock)
{
    private const int DiskFull = 28;

    public BackupShelf Shelf { get; } = new(settings.Backups.Directory);

    public IDatabaseCopy Database => For(settings.Storage, settings.Backups, clock);

    public static IDatabaseCopy For(StorageSettings storage, BackupSettings backups, TimeProvider clock) => storage.ConnectionUrl is { } address
        ? new PostgresCopy(address, new PostgresPrograms(backups.PostgresPrograms), clock)
        : new SqliteCopy(storage.SqlitePath, clock);

    public async Task<StoredBackup> CreateAsync(BackupReason reason, CancellationToken cancellationToken)
    {
        var createdAt = clock.GetUtcNow();
        using var making = Shelf.MakeStaging(createdAt, reason);
        var staging = making.Path;
        try
        {
            var database = Database;
            var contents = await database.DumpAsync(staging, cancellationToken);
            List<string> paths = [database.FileName];
            if (settings.Storage.ContentDirectory is { } content) paths.AddRange(ContentFiles.Copy(content, staging));
            var files = new List<BackupFile>();
            foreach (var path in paths) files.Add(await BackupArchive.DescribeAsync(staging, path, cancellationToken));
            var manifest = new BackupManifest(
                BackupManifest.KnownFormat,
                BuildVersion.Number,
                createdAt,
                reason == BackupReason.Scheduled ? "scheduled" : "manual",
                contents,
                settings.Storage.ContentDirectory is null ? "built-in" : "custom",
                files);
            var target = Shelf.PathFor(createdAt, reason);
            await BackupArchive.WriteAsync(manifest, staging, target, cancellationToken);
            return new(target, createdAt, reason, new FileInfo(target).Length);
        }
        catch (IOException problem)
        {
            throw new BackupRefusedException(
                (problem.HResult & 0xFFFF) == DiskFull
                    ? $"The disk of {Shelf.Directory} is full. Make room, lower BACKUP_KEEP, or set BACKUP_DIR to a larger disk."
                    : $"The backup can't be written to {Shelf.Directory}: {problem.Message}",
                problem);
        }
    }
}
