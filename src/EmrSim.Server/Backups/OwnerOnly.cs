namespace EmrSim.Server.Backups;

/// <summary>A backup holds everything that was said, so only its owner may read it.</summary>
internal static class OwnerOnly
{
    private const UnixFileMode Files = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Folders = Files | UnixFileMode.UserExecute;

    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Files;
        return new(path, options);
    }

    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, Folders);
    }
}
