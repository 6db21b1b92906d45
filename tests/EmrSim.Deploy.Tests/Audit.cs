using EmrSim.Server.Tests;

namespace EmrSim.Deploy.Tests;

/// <summary>tests/audit.sh, with package sources that answer as real ones do.</summary>
public sealed class Audit : IDisposable
{
    private const string Vulnerable = """
        {"projects": [{"frameworks": [{"transitivePackages": [
          {"id": "Example.Torn",
           "resolvedVersion": "1.2.3",
           "vulnerabilities": [{"severity": "High",
             "advisoryurl": "https://github.com/advisories/GHSA-example"}]}]}]}]}
        """;
    private const string Nothing = """{"projects": [{"path": "x"}]}""";
    private readonly string _folder = Directory.CreateTempSubdirectory("emrsim-audit-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Fails_and_names_what_is_vulnerable_below_what_we_name_ourselves()
    {
        var (code, output) = await AskedAsync(ours: Vulnerable, known: Vulnerable);
        Assert.Equal(1, code);
        Assert.All((string[])["Example.Torn", "1.2.3", "High", "GHSA-example"], word => Assert.Contains(word, output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Passes_when_a_source_that_knows_what_is_vulnerable_names_nothing_of_ours()
    {
        var (code, output) = await AskedAsync(ours: Nothing, known: Vulnerable);
        Assert.Equal((0, "Dependencies: none is known to be vulnerable"), (code, output.Trim()));
    }

    [Fact]
    public async Task Does_not_take_the_silence_of_a_source_without_such_a_list_for_safety() =>
        Cannot(await AskedAsync(ours: Nothing, known: Nothing), "has no list of what is vulnerable");

    [Fact]
    public async Task Says_that_the_source_cannot_be_reached() =>
        Cannot(await AskedAsync("error: Unable to load the service index for source https://api.nuget.org/v3/index.json.", Nothing, code: 1), "Unable to load the service index");

    [Fact]
    public async Task Does_not_wait_for_a_source_that_hangs() =>
        Cannot(await AskedAsync(Nothing, Nothing, hangs: true), "no answer in 1 s");

    private static void Cannot((int Code, string Output) asked, string why)
    {
        Assert.Equal(2, asked.Code);
        Assert.StartsWith("Dependencies: could not be asked: ", asked.Output, StringComparison.Ordinal);
        Assert.Contains(why, asked.Output, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output)> AskedAsync(string ours, string known, int code = 0, bool hangs = false)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "ours"), ours, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(_folder, "known"), known, TestContext.Current.CancellationToken);
        var program = Path.Combine(_folder, "dotnet");
        await File.WriteAllTextAsync(
            program,
            $"#!/bin/sh\n{(hangs ? "exec sleep 60\n" : "")}case \"$*\" in *EmrSim.slnx*) cat {_folder}/ours; exit {code} ;; *) cat {_folder}/known ;; esac\n",
            TestContext.Current.CancellationToken);
        await Tools.RunAsync("chmod", ["+x", program]);
        var environment = new Dictionary<string, string> { ["PATH"] = $"{_folder}:{Environment.GetEnvironmentVariable("PATH")}", ["AUDIT_SECONDS"] = hangs ? "1" : "60" };
        var (status, output, _) = await Tools.RunAsync("bash", [Path.Combine(Repository.Root, "tests/audit.sh")], environment);
        return (status, output);
    }
}
