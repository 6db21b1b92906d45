namespace EmrSim.Server.Tests;

/// <summary>The checkout that these tests were built from.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "EmrSim.slnx"))) return directory.FullName;
        }

        throw new InvalidOperationException("The tests run outside their checkout.");
    }
}
