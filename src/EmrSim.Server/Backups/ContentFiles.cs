namespace EmrSim.Server.Backups;

/// <summary>The files of a content directory, on their way into a backup and back.</summary>
internal static class ContentFiles
{
    public const string Folder = "content";
    private static readonly EnumerationOptions s_everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };

    /// <summary>Copies them, so that what is packed is what was counted, and gives their paths inside the backup.</summary>
    public static List<string> Copy(string content, string staging)
    {
        var root = Path.GetFullPath(content);
        if (!Directory.Exists(root)) throw new BackupRefusedException($"The content directory {root} is not there. Check CONTENT_DIR.");
        var paths = new List<string>();
        foreach (var file in Directory.EnumerateFiles(root, "*", s_everything).Order(StringComparer.Ordinal))
        {
            var path = Path.Combine(Folder, Path.GetRelativePath(root, file)).Replace('\\', '/');
            var target = Path.Combine(staging, path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
            paths.Add(path);
        }

        return paths;
    }

    public static bool IsEmpty(string directory) => !Directory.Exists(directory) || !Directory.EnumerateFileSystemEntries(directory).Any();

    /// <summary>Puts them into <paramref name="directory"/>; what was there is moved beside it.</summary>
    public static void Restore(string unpacked, string directory, DateTimeOffset now, Action<string> tell)
    {
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        if (!IsEmpty(target))
        {
            var aside = $"{target}.before-{now.UtcDateTime:yyyyMMdd'T'HHmmss}";
            Directory.Move(target, aside);
            tell($"The content that was there is kept as {aside}");
        }

        var source = Path.Combine(unpacked, Folder);
        foreach (var file in Directory.EnumerateFiles(source, "*", s_everything))
        {
            var path = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(file, path, overwrite: true);
        }
    }
}
