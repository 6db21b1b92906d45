using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using EmrSim.Fleet.Tests.Faults;
using EmrSim.Server.Tests;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Fleet.Tests.Readme;

/// <summary>The README's three instances, run as printed but for the ports and the place of the program.</summary>
[Collection(FleetUnderTest.OneAtATime)]
public sealed partial class ThreeInstances
{
    private const string Program = "artifacts/bin/EmrSim.Server/debug/emrsim.dll";

    [Fact]
    public async Task Each_go_on_with_what_another_began()
    {
        RedisServer.Need();
        var readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "README.md"), TestContext.Current.CancellationToken);
        var ports = new Dictionary<string, string>();
        var script = Ports().Replace(
            ShellBlocks().Matches(readme).Select(static block => block.Groups[1].Value).Single(static block => block.Contains(Program, StringComparison.Ordinal)),
            given => ports.TryGetValue(given.Value, out var known) ? known : ports[given.Value] = Server.Tests.Processes.Ports.Take().ToString(CultureInfo.InvariantCulture));
        script = "trap 'kill -9 $(jobs -p) 2> /dev/null' EXIT\n" + script.Replace(Program, Path.Combine(AppContext.BaseDirectory, "emrsim.dll"), StringComparison.Ordinal).Replace("localhost", "127.0.0.1", StringComparison.Ordinal);

        var place = Directory.CreateTempSubdirectory("emrsim-readme-");
        var start = new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = place.FullName };
        foreach (var inherited in (string[])["SESSION_STORE_URL", "DATABASE_URL", "DATA_DIR", "SQLITE_PATH", "DB_PATH", "HOST", "NODE_ENV", "TEACHER_KEY"]) start.Environment.Remove(inherited);
        using var shell = Process.Start(start)!;
        var complaints = shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var told = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        var all = $"{told}\n{await complaints}";
        Assert.True(Count(told, "event: done") == 2, all);
        Assert.True(Count(told, "\"role\":\"user\",\"text\":\"Hello, where does it hurt?\"") >= 3, all);
        Assert.True(Count(told, "When did it begin?") >= 2, all);
        Assert.False(told.Contains("\"error\"", StringComparison.Ordinal), all);
        place.Delete(recursive: true);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ShellBlocks();

    [GeneratedRegex("\\b(6379|300[123])\\b")]
    private static partial Regex Ports();
}
