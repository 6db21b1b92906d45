using System.Diagnostics;
using System.Net;
using System.Text.Json;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Voice;

namespace EmrSim.Server.Tests.Operations;

/// <summary><c>emrsim store migrate</c> with two running instances: a token of before the move is good after it, with the old server dead.</summary>
public sealed class MovingToAnotherServer : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("emrsim-move-").FullName;
    private RedisServer _old = null!;
    private RedisServer _new = null!;
    private FakeUpstream _upstream = null!;

    private string NewUrl => $"redis://:hush-hush@127.0.0.1:{_new.Port}/0";

    public async ValueTask InitializeAsync()
    {
        _old = await RedisServer.StartAsync();
        _new = RedisServer.Prepare(["--requirepass", "hush-hush"]);
        await _new.RunAsync();
        _upstream = await FakeUpstream.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _upstream.DisposeAsync();
        await _old.DisposeAsync();
        await _new.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task Takes_the_running_instances_along()
    {
        var settings = VoiceServer.Settings(_upstream, ("REDIS_URL", _old.Url));
        await using var first = await ServerProcess.StartAsync(settings, _data);
        await using var second = await ServerProcess.StartAsync(settings, _data);
        var session = await first.Http.StartSessionAsync();
        await first.Http.SecretAsync(session);

        var (code, output) = await CommandAsync("store", "migrate", "--from", _old.Url, "--to", NewUrl);
        Assert.True(code == 0, output);
        Assert.Contains("set SESSION_STORE_URL", output, StringComparison.Ordinal);
        Assert.DoesNotContain("hush-hush", output, StringComparison.Ordinal);
        Assert.DoesNotContain("hush-hush", (string?)await _old.AskAsync("GET", "fleet:migration") ?? "", StringComparison.Ordinal);
        Assert.Equal(0, (await CommandAsync("store", "migrate", "--from", _old.Url, "--to", NewUrl)).Code);

        await _old.KillAsync();
        var minted = _upstream.Secrets.Count;
        using (var answer = await second.Http.OfferAsync(session)) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(minted, _upstream.Secrets.Count);
        foreach (var server in (ServerProcess[])[first, second])
        {
            var told = "";
            await Eventually.TrueAsync(
                async () => (told = await server.Http.GetStringAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken)).Contains("\"status\":\"healthy\"", StringComparison.Ordinal),
                TimeSpan.FromSeconds(10),
                () => told);
            using var health = JsonDocument.Parse(told);
            Assert.Contains($":{_new.Port}", health.RootElement.GetProperty("redis").GetProperty("url").GetString(), StringComparison.Ordinal);
            Assert.DoesNotContain("hush-hush", server.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("http://elsewhere", "redis://127.0.0.1:1", "--from")]
    [InlineData("redis://127.0.0.1:1", "what", "--to")]
    [InlineData("redis://:hush-hush@127.0.0.1:1", "redis://127.0.0.1:2", "does not serve")]
    public async Task Says_what_is_wrong_with_an_address(string from, string to, string expected)
    {
        var (code, output) = await CommandAsync("store", "migrate", "--from", from, "--to", to);
        Assert.Equal(1, code);
        Assert.Contains(expected, output, StringComparison.Ordinal);
        Assert.DoesNotContain("hush-hush", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Needs_a_new_address_but_to_go_back()
    {
        var (code, output) = await CommandAsync("store", "migrate", "--from", _old.Url);
        Assert.Equal(1, code);
        Assert.Contains("--to is missing", output, StringComparison.Ordinal);
        (code, output) = await CommandAsync("store", "migrate", "--from", _old.Url, "--abort");
        Assert.Equal(0, code);
        Assert.Contains("No move is under way", output, StringComparison.Ordinal);
    }

    private async Task<(int Code, string Output)> CommandAsync(params string[] arguments)
    {
        var start = BuiltProgram.Start(arguments);
        start.Environment["DATA_DIR"] = _data;
        start.Environment.Remove("REDIS_URL");
        start.Environment.Remove("DATABASE_URL");
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await error);
    }
}
