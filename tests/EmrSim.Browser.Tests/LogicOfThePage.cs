using System.Diagnostics;
using EmrSim.Server.Tests;

namespace EmrSim.Browser.Tests;

/// <summary>The page's own tests of its logic: order, merging, captions. They run under Node.</summary>
public sealed class LogicOfThePage
{
    [Fact]
    public async Task Passes_its_own_tests()
    {
        var folder = Path.Combine(Repository.Root, "src", "EmrSim.Web");
        if (!Directory.Exists(Path.Combine(folder, "node_modules", "esbuild")))
        {
            Assert.SkipWhen(Environment.GetEnvironmentVariable("CI") != "true", "The page's packages are missing: npm ci in src/EmrSim.Web");
            Assert.Fail("The page's packages are missing: npm ci in src/EmrSim.Web");
        }

        var start = new ProcessStartInfo("node", ["logic-tests.js"]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var running = Process.Start(start)!;
        var (told, wrong) = (running.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), running.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await running.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(running.ExitCode == 0, $"{await told}\n{await wrong}");
        Assert.Contains("# fail 0", await told, StringComparison.Ordinal);
    }
}
