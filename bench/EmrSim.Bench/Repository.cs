namespace EmrSim.Bench;

/// <summary>The checkout that this was built from.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "EmrSim.slnx"))) return directory.FullName;
        }

        throw new InvalidOperationException("The benchmarks run outside their checkout.");
    }
}
