using System.Text.Json;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Deploy.Tests;

/// <summary>The image of an instance, without an engine: its own lines, on the folder that is copied into it.</summary>
public sealed class TheImage
{
    private const string Copied = "/app/";
    private static readonly string[] s_lines = [.. File.ReadLines(ComposeFile.PathOf("Dockerfile")).SkipWhile(static line => !line.EndsWith(" AS backend", StringComparison.Ordinal)).Skip(1).TakeWhile(static line => !line.StartsWith("FROM ", StringComparison.Ordinal))];

    [Fact]
    public async Task Starts_and_is_healthy_by_its_own_lines()
    {
        var (entry, check) = (Words("ENTRYPOINT "), Words("HEALTHCHECK "));
        Assert.Equal(["CMD", .. check], new ComposeFile("docker-compose.yml").HealthCheck("backend"));
        Assert.Equal([entry[0], "health"], check);
        Assert.StartsWith(Copied, entry[0], StringComparison.Ordinal);
        var program = BuiltProgram.CommandLine[0];
        if (BuiltProgram.IsPublished) Assert.Equal(entry[0][Copied.Length..], Path.GetFileName(program));
        else if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail("EMRSIM_PROGRAM does not name the published program.");

        var settings = Line("ENV ")["ENV ".Length..].Split(' ').Select(static pair => pair.Split('=')).ToDictionary(static pair => pair[0], static pair => pair[1]);
        foreach (var chosen in (string[])["HOST", "PORT", "DATA_DIR"]) Assert.True(settings.Remove(chosen), chosen);
        settings["TEACHER_KEY"] = "t";
        await using var server = await ServerProcess.StartAsync(settings);
        Assert.Equal(0, (await Tools.EmrsimAsync("health", new Dictionary<string, string>(settings) { ["HOST"] = "0.0.0.0", ["PORT"] = $"{server.Port}" })).Code);
        Assert.Equal(0, await server.StopAsync());
    }

    [Fact]
    public void Holds_the_program_its_content_and_the_page_and_nothing_else()
    {
        if (!BuiltProgram.IsPublished) Assert.Skip("EMRSIM_PROGRAM does not name the published program: ./test.sh publishes it");
        var folder = Path.GetDirectoryName(BuiltProgram.CommandLine[0])!;
        Assert.Equal(["content", "page"], Directory.GetDirectories(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(Directory.GetFiles(folder), static file => Path.GetExtension(file) is ".dll" or ".dbg" or ".pdb" or ".xml");
        Assert.True(File.Exists(Path.Combine(folder, "page", "index.html")));
    }

    private static string Line(string keyword) => s_lines.Single(line => line.StartsWith(keyword, StringComparison.Ordinal));

    private static string[] Words(string keyword) => JsonSerializer.Deserialize<string[]>(Line(keyword)[Line(keyword).IndexOf('[', StringComparison.Ordinal)..])!;
}
