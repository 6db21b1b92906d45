using System.Text.RegularExpressions;

namespace EmrSim.Server.Tests.Readme;

/// <summary>What docs/security.md claims is shown by tests that are there.</summary>
public sealed partial class NamedTests
{
    [Fact]
    public async Task Of_the_page_on_security_all_exist()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/security.md"), TestContext.Current.CancellationToken);
        var named = Names().Matches(page).Select(static name => (Class: name.Groups[1].Value, Method: name.Groups[2].Value)).ToList();
        Assert.InRange(named.Count, 15, 200);
        var sources = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories).Where(static file => !file.Contains("/obj/", StringComparison.Ordinal)).Select(File.ReadAllText).ToList();
        Assert.All(named, one => Assert.Contains(sources, source => source.Contains($"class {one.Class}", StringComparison.Ordinal) && source.Contains($" {one.Method}(", StringComparison.Ordinal)));
    }

    [GeneratedRegex("`([A-Z][A-Za-z]+)\\.([A-Z][A-Za-z0-9]*_[A-Za-z0-9_]+)`")]
    private static partial Regex Names();
}
