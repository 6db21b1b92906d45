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
    [InlineData("http://:hush-hush@localhost:6379", "It must be one of redis://[user:password@]host[:port][/db] ")]
    [InlineData("localhost:6379", "It must be one of redis://[user:password@]host[:port][/db] ")]
    [InlineData("redis://:hush-hush@", "A host is missing. Write redis://[user:password@]host[:port][/db].")]
    [InlineData("redis://:hush-hush@localhost:six", "The port after the host must be a number from 1 to 65535. Write redis://[user:password@]host[:port][/db].")]
    [InlineData("redis://:hush-hush@localhost:65536", "The port after the host must be a number from 1 to 65535. Write redis://[user:password@]host[:port][/db].")]
    [InlineData("redis://:hush-hush@x@localhost:6379", "The @ can't be told from the one before the host. In user and password write @ as %40")]
    [InlineData("redis://:hush-hush%@localhost:6379", "A % is not followed by two hexadecimal digits. In user and password write @ as %40")]
    [InlineData("redis://:hush/hush-hush@localhost:6379", "The @ can't be told from the one before the host. In user and password write @ as %40")]
    [InlineData("redis+sentinel://:hush-hush@localhost:26379", "The name of the primary, as in 'sentinel monitor NAME', is missing. Write redis+sentinel://[user:password@]sentinel1:26379,sentinel2:26379/primaryName[/db].")]
    [InlineData("memcached://user:hush-hush@localhost/0", "Memcached has no databases. Write memcached://[user:password@]host1:11211,host2:11211.")]
    public async Task Refuse_a_bad_address_of_the_store_in_one_line_by_the_name_of_its_setting(string url, string said)
    {
        foreach (var name in (string[])["SESSION_STORE_URL", "REDIS_URL"])
        {
            await using var server = ServerProcess.Launch(new Dictionary<string, string> { [name] = url });
            Assert.Equal(1, await server.ExitAsync());
            await Eventually.TrueAsync(() => server.Output.Contains("REDIS_URL", StringComparison.Ordinal) || server.Output.Contains("SESSION_STORE_URL", StringComparison.Ordinal), TimeSpan.FromSeconds(5), () => server.Output);
            var line = Assert.Single(server.Output.Split('\n'), static line => line.StartsWith("  ", StringComparison.Ordinal));
            Assert.StartsWith($"  {name} can't be used. {said}", line, StringComparison.Ordinal);
            Assert.DoesNotContain("hush", server.Output, StringComparison.Ordinal);
        }
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
