namespace EmrSim.Server.Storage;

/// <summary>
/// A lock on a file beside the SQLite file: every server shares it while it runs, and a restore needs it alone. The system releases
/// it with the process, however that ends.
/// </summary>
internal sealed class ServingFile : IAsyncDisposable
{
    // EWOULDBLOCK of Linux, of macOS, and Windows' sharing violation.
    private static readonly int[] s_taken = [11, 35, unchecked((int)0x80070020)];
    private readonly FileStream _held;

    private ServingFile(FileStream held) => _held = held;

    /// <summary>Null while a restore is under way.</summary>
    public static ServingFile? TryShare(string database) => TryOpen(database, FileAccess.Read, FileShare.Read);

    /// <summary>Null while a server runs.</summary>
    public static ServingFile? TryExclude(string database) => TryOpen(database, FileAccess.ReadWrite, FileShare.None);

    public ValueTask DisposeAsync() => _held.DisposeAsync();

    private static ServingFile? TryOpen(string database, FileAccess access, FileShare share)
    {
        try
        {
            return new(new FileStream($"{Path.GetFullPath(database)}.serving", FileMode.OpenOrCreate, access, share));
        }
        catch (IOException problem) when (s_taken.Contains(problem.HResult))
        {
            return null;
        }
    }
}
