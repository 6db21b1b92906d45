using System.Diagnostics;
using System.Text.RegularExpressions;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Readme;

/// <summary>The walk in the README, run as printed but for the port.</summary>
public sealed partial class TheFirstEncounter
{
    [Fact]
    public async Task Works_as_printed()
    {
        await using var server = await ServerProcess.StartAsync();
        await WalkAsync(server);
    }

    [Fact]
    public async Task Works_as_printed_with_redis()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var server = await ServerProcess.StartAsync(new Dictionary<string, string> { ["REDIS_URL"] = redis.Url });
        await WalkAsync(server);
    }

    private static async Task WalkAsync(ServerProcess server)
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"), TestContext.Current.CancellationToken);
        var script = ShellBlock().Match(readme).Groups[1].Value.Replace("localhost:3002", $"127.0.0.1:{server.Port}", StringComparison.Ordinal);
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var told = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var complaints = await shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        foreach (var part in (string[])["\"scenarios\":", "\"personas\":", "event: turn", "event: delta", "event: done", "event: transcript", "{\"phase\":\"objective\"}", "\"summary\":\"ended\"", "Student: Hello, I am Robin", "Patient: "])
            Assert.True(told.Contains(part, StringComparison.Ordinal), $"{part} is missing in:\n{told}\n{complaints}");
        Assert.DoesNotContain("\"error\"", told, StringComparison.Ordinal);
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlock();
}
