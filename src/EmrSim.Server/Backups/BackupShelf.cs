using System.Globalization;

namespace EmrSim.Server.Backups;

/// <summary>The directory of the backups. What a file is, its name says: <c>emrsim-20260131T120000.000Z-scheduled.tar.gz</c>.</summary>
internal sealed class BackupShelf(string directory)
{
    private const string Prefix = "emrsim-";
    private const string Suffix = ".tar.gz";
    private const string Unfinished = ".unfinished-";
    private const string TimeFormat = "yyyyMMdd'T'HHmmss.fff'Z'";

    public string Directory { get; } = Path.GetFullPath(directory);

    /// <summary>All backups, the newest first.</summary>
    public IReadOnlyList<StoredBackup> All => !System.IO.Directory.Exists(Directory) ? [] :
        [.. System.IO.Directory.EnumerateFiles(Directory, $"{Prefix}*{Suffix}").Select(Read).OfType<StoredBackup>().OrderByDescending(static backup => backup.CreatedAt)];

    public string PathFor(DateTimeOffset createdAt, BackupReason reason) =>
        Path.Combine(Directory, $"{Prefix}{createdAt.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}-{Word(reason)}{Suffix}");

    /// <summary>A backup by path, by its name on the shelf, or the newest one when none is named.</summary>
    public string Find(string? name)
    {
        if (name is null) return All is [var newest, ..] ? newest.Path : throw new BackupRefusedException($"There is no backup in {Directory}. Make one: emrsim backup create");
        var here = Path.Combine(Directory, name);
        return File.Exists(here) && !File.Exists(name) ? here : Path.GetFullPath(name);
    }

    /// <summary>A place for a backup in the making, on the same disk; removed with all that is in it by whoever made it.</summary>
    public BackupStaging MakeStaging(DateTimeOffset now, BackupReason reason)
    {
        try
        {
            OwnerOnly.CreateDirectory(Directory);
            foreach (var left in System.IO.Directory.EnumerateDirectories(Directory, $"{Unfinished}*"))
            {
                if (BackupStaging.IsAbandoned(left, now)) System.IO.Directory.Delete(left, recursive: true);
            }

            var staging = Path.Combine(Directory, $"{Unfinished}{Word(reason)}-{Guid.NewGuid():N}");
            return BackupStaging.Begin(staging);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new BackupRefusedException($"{Directory} can't be written: {problem.Message} Set BACKUP_DIR to a directory that can.", problem);
        }
    }

    /// <summary>Removes scheduled backups beyond the newest <paramref name="keep"/>, and gives what it removed.</summary>
    public IReadOnlyList<StoredBackup> Prune(int keep)
    {
        var old = All.Where(static backup => backup.Reason == BackupReason.Scheduled).Skip(keep).ToList();
        foreach (var backup in old) File.Delete(backup.Path);
        return old;
    }

    private static StoredBackup? Read(string path)
    {
        var parts = Path.GetFileName(path)[Prefix.Length..^Suffix.Length].Split('-');
        if (parts.Length != 2 || !DateTimeOffset.TryParseExact(parts[0], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var createdAt)) return null;
        return Enum.TryParse<BackupReason>(parts[1], ignoreCase: true, out var reason) ? new(path, createdAt, reason, new FileInfo(path).Length) : null;
    }

    private static string Word(BackupReason reason) => reason == BackupReason.Scheduled ? "scheduled" : "manual";
}

public enum BackupReason
{
    Manual,
    Scheduled,
}

internal sealed record StoredBackup(string Path, DateTimeOffset CreatedAt, BackupReason Reason, long Size)
{
    public string Name => System.IO.Path.GetFileName(Path);
}
