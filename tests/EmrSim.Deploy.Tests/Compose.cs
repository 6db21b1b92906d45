using System.Diagnostics;
using System.Text.RegularExpressions;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Deploy.Tests;

/// <summary>The compose files without an engine: their schema, and what they would run, run here.</summary>
public sealed partial class Compose
{
    private static readonly ComposeFile s_production = new("docker-compose.yml");
    private static readonly ComposeFile s_development = new("docker-compose.dev.yml");

    [Theory]
    [InlineData("docker-compose.yml")]
    [InlineData("docker-compose.dev.yml")]
    public async Task Files_keep_to_the_schema(string file)
    {
        Tools.Need("docker-compose", "docker-compose");
        var (code, _, errors) = await Tools.RunAsync("docker-compose", ["-f", file, "config", "-q"], new Dictionary<string, string> { ["POSTGRES_PASSWORD"] = "p", ["TEACHER_KEY"] = "t" }, ComposeFile.Folder);
        Assert.True(code == 0, errors);
    }

    [Fact]
    public async Task Production_asks_for_the_secrets_that_it_needs()
    {
        Tools.Need("docker-compose", "docker-compose");
        var (code, _, errors) = await Tools.RunAsync("docker-compose", ["-f", "docker-compose.yml", "config", "-q"], folder: ComposeFile.Folder);
        Assert.NotEqual(0, code);
        Assert.Contains("set POSTGRES_PASSWORD", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Production_has_its_four_services_and_shows_none_but_the_front_door()
    {
        Assert.Equal(["frontend", "backend", "redis", "postgres"], s_production.Services);
        Assert.All(s_production.Services.Skip(1), service => Assert.False(s_production.Service(service).ContainsKey("ports"), service));
        Assert.All(s_production.Services.Skip(1), service => Assert.True(s_production.Service(service).ContainsKey("healthcheck"), service));
        var after = ComposeFile.Map(s_production.Service("backend")["depends_on"]);
        Assert.All((string[])["redis", "postgres"], service => Assert.Equal("service_healthy", ComposeFile.Map(after[service])["condition"]));
    }

    [Fact]
    public async Task Every_variable_of_the_instances_is_one_that_the_server_knows()
    {
        var (_, known, _) = await Tools.EmrsimAsync("settings");
        // The database driver's own.
        foreach (var name in s_production.Environment("backend").Keys.Concat(s_development.Environment("backend").Keys).Where(static name => name is not "PGPASSWORD" && !name.StartsWith("DOTNET_", StringComparison.Ordinal)))
            Assert.Contains($"`{name}`", known, StringComparison.Ordinal);
        foreach (Match match in ImageVariables().Matches(await File.ReadAllTextAsync(ComposeFile.PathOf("Dockerfile"), TestContext.Current.CancellationToken)))
            Assert.Contains($"`{match.Groups[1].Value}`", known, StringComparison.Ordinal);
    }

    [Fact]
    public void Everything_that_the_image_copies_is_there()
    {
        foreach (var line in File.ReadLines(ComposeFile.PathOf("Dockerfile")).Where(static line => line.StartsWith("COPY ", StringComparison.Ordinal) && !line.Contains("--from", StringComparison.Ordinal)))
        {
            foreach (var source in line.Split(' ')[1..^1]) Assert.True(Path.Exists(Path.Combine(Repository.Root, source)), source);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("s3cret $%\"' word")]
    public async Task Redis_runs_with_and_without_a_password_and_keeps_its_data(string password)
    {
        RedisServer.Need();
        var folder = Directory.CreateTempSubdirectory("emrsim-compose-").FullName;
        var port = Ports.Take();
        var environment = new Dictionary<string, string> { ["REDIS_PASSWORD"] = password };
        var words = s_production.Words("redis", "command");
        Assert.Equal(["sh", "-c"], words.Take(2));
        var check = s_production.HealthCheck("redis").Skip(1).ToArray();
        Assert.EndsWith("redis-cli ping | grep -q PONG", check[^1], StringComparison.Ordinal);
        string[] healthy = [.. check.Skip(1).Take(1), check[^1].Replace("redis-cli ", $"redis-cli -p {port} ", StringComparison.Ordinal)];

        async Task<Process> StartAsync()
        {
            var start = new ProcessStartInfo("sh", ["-c", $"{words[2].Trim()} --port {port} --bind 127.0.0.1 --dir {folder}"]);
            start.Environment["REDIS_PASSWORD"] = password;
            start.RedirectStandardOutput = true;
            var redis = Process.Start(start)!;
            redis.BeginOutputReadLine();
            await Eventually.TrueAsync(async () => (await Tools.RunAsync("sh", healthy, environment)).Code == 0, TimeSpan.FromSeconds(20), () => "Redis was never healthy.");
            return redis;
        }

        using (var redis = await StartAsync())
        {
            if (password.Length > 0) Assert.Contains("NOAUTH", (await CliAsync("", "get", "k")).Output, StringComparison.Ordinal);
            await CliAsync(password, "set", "k", "kept");
            await CliAsync(password, "shutdown");
            await redis.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.NotEqual(0, (await Tools.RunAsync("sh", healthy, environment)).Code);
        using (var redis = await StartAsync())
        {
            Assert.Contains("kept", (await CliAsync(password, "get", "k")).Output, StringComparison.Ordinal);
            // The same variables, as the instances get them.
            await using var server = await ServerProcess.StartAsync(new Dictionary<string, string> { ["REDIS_URL"] = $"redis://127.0.0.1:{port}/0", ["REDIS_PASSWORD"] = password, ["TEACHER_KEY"] = "t" });
            var health = "";
            await Eventually.TrueAsync(
                async () => (health = await server.Http.GetStringAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken)).Contains("\"connected\":true", StringComparison.Ordinal),
                TimeSpan.FromSeconds(20),
                () => health);
            Assert.Equal(0, (await Tools.EmrsimAsync("health", new Dictionary<string, string> { ["HOST"] = "0.0.0.0", ["PORT"] = $"{server.Port}", ["TEACHER_KEY"] = "t" })).Code);
            await server.StopAsync();
            Assert.Equal(1, (await Tools.EmrsimAsync("health", new Dictionary<string, string> { ["PORT"] = $"{server.Port}" })).Code);
            await CliAsync(password, "shutdown");
            await redis.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Directory.Delete(folder, recursive: true);

        Task<(int Code, string Output, string Errors)> CliAsync(string secret, params string[] command) =>
            Tools.RunAsync("redis-cli", ["-p", $"{port}", .. command], secret.Length > 0 ? new Dictionary<string, string> { ["REDISCLI_AUTH"] = secret } : null);
    }

    [GeneratedRegex(@"(?<=ENV .*)\b([A-Z_]+)=", RegexOptions.None, 1000)]
    private static partial Regex ImageVariables();
}
