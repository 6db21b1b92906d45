using System.Net;
using System.Net.Sockets;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Operations;

public sealed class StartsThatFail
{
    [Fact]
    public async Task Name_every_bad_setting_at_once()
    {
        await using var server = ServerProcess.Launch(new Dictionary<string, string>
        {
            ["VOICE_ENABLED"] = "perhaps",
            ["OPENAI_BASE_URL"] = "not a url",
            ["DATABASE_URL"] = "mysql://root@host/db",
            ["REALTIME_VAD_THRESHOLD"] = "7",
            ["LOG_LEVEL"] = "loud",
        });
        Assert.Equal(1, await server.ExitAsync());
        await Eventually.TrueAsync(
            () => ((string[])["VOICE_ENABLED", "OPENAI_BASE_URL", "DATABASE_URL", "REALTIME_VAD_THRESHOLD", "LOG_LEVEL"]).All(name => server.Output.Contains(name, StringComparison.Ordinal)),
            TimeSpan.FromSeconds(5),
            () => server.Output);
    }

    [Theory]
    [InlineData("http://localhost:6379")]
    [InlineData("redis://")]
    [InlineData("localhost:6379")]
    public async Task Refuse_a_bad_redis_url_in_one_line_without_its_password(string url)
    {
        await using var server = ServerProcess.Launch(new Dictionary<string, string> { ["REDIS_URL"] = url.Replace("//", "//user:hush-hush@", StringComparison.Ordinal) });
        Assert.Equal(1, await server.ExitAsync());
        await Eventually.TrueAsync(() => server.Output.Contains("REDIS_URL", StringComparison.Ordinal), TimeSpan.FromSeconds(5), () => server.Output);
        Assert.DoesNotContain("hush-hush", server.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Say_that_the_port_is_in_use()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        await using var server = ServerProcess.Launch(new Dictionary<string, string> { ["PORT"] = port.ToString(System.Globalization.CultureInfo.InvariantCulture) });
        Assert.Equal(1, await server.ExitAsync());
        await Eventually.TrueAsync(() => server.Output.Contains($"Port {port} is in use", StringComparison.Ordinal), TimeSpan.FromSeconds(5), () => server.Output);
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Say_that_the_address_is_not_of_this_machine()
    {
        await using var server = ServerProcess.Launch(new Dictionary<string, string> { ["HOST"] = "192.0.2.1" });
        Assert.Equal(1, await server.ExitAsync());
        await Eventually.TrueAsync(() => server.Output.Contains("Set HOST and PORT", StringComparison.Ordinal), TimeSpan.FromSeconds(5), () => server.Output);
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Say_that_the_data_directory_can_not_be_written()
    {
        await using var server = ServerProcess.Launch(new Dictionary<string, string> { ["DATA_DIR"] = "/proc/emrsim-data" });
        Assert.Equal(1, await server.ExitAsync());
        await Eventually.TrueAsync(() => server.Output.Contains("/proc/emrsim-data", StringComparison.Ordinal), TimeSpan.FromSeconds(5), () => server.Output);
        Assert.DoesNotContain("   at ", server.Output, StringComparison.Ordinal);
    }
}
