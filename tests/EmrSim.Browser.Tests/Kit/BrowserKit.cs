using EmrSim.Server.Tests;

namespace EmrSim.Browser.Tests.Kit;

/// <summary>The part of the tests that runs under Node or in the page.</summary>
public static class BrowserKit
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "tests", "browser-kit");

    public static string PathOf(string file, string needs)
    {
        if (Directory.Exists(Path.Combine(s_folder, "node_modules", needs))) return Path.Combine(s_folder, file);
        Assert.SkipWhen(Environment.GetEnvironmentVariable("CI") != "true", "Packages of the tests are missing: npm ci in tests/browser-kit");
        Assert.Fail("Packages of the tests are missing: npm ci in tests/browser-kit");
        return "";
    }
}
