using System.Diagnostics;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Deploy.Tests;

/// <summary>Programs of the machine: run, or the reason why not.</summary>
internal static class Tools
{
    /// <summary>Skips the test, or fails it in CI, when the program is missing.</summary>
    public static void Need(string program, string package)
    {
        if ((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(folder => File.Exists(Path.Combine(folder, program)))) return;
        var missing = $"{program} is not installed: apt-get install {package}";
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(missing);
        Assert.Skip(missing);
    }

    public static Task<(int Code, string Output, string Errors)> EmrsimAsync(string command, IReadOnlyDictionary<string, string>? environment = null) =>
        RunAsync(BuiltProgram.CommandLine[0], [.. BuiltProgram.CommandLine[1..], command], environment);

    public static async Task<(int Code, string Output, string Errors)> RunAsync(string program, string[] arguments, IReadOnlyDictionary<string, string>? environment = null, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? Path.GetTempPath() };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output, await errors);
    }
}
