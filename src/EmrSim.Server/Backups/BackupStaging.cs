namespace EmrSim.Server.Backups;

/// <summary>
/// A directory in which a backup is made, locked for as long as its maker lives: the lease on the schedule has two holders when
/// instances can't see one store, and neither may clear away what the other is writing.
/// </summary>
internal sealed class BackupStaging : IDisposable
{
    private const string Lock = ".making";
    private static readonly TimeSpan s_abandonedWithoutLock = TimeSpan.FromDays(1);
    private readonly FileStream _lock;

    private BackupStaging(string path, FileStream held) => (Path, _lock) = (path, held);

    public string Path { get; }

    public static BackupStaging Begin(string path)
    {
        OwnerOnly.CreateDirectory(path);
        return new(path, new(System.IO.Path.Combine(path, Lock), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None));
    }

    /// <summary>Whether nobody works there any more. A process that dies lets its lock go.</summary>
    public static bool IsAbandoned(string path, DateTimeOffset now)
    {
        try
        {
            using var free = new FileStream(System.IO.Path.Combine(path, Lock), FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (FileNotFoundException)
        {
            return now.UtcDateTime - Directory.GetLastWriteTimeUtc(path) > s_abandonedWithoutLock;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _lock.Dispose();
        if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
    }
}
