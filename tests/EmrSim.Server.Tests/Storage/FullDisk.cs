using System.Diagnostics;
using System.Net;
using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Storage;

/// <summary>SQLite on a disk of a few megabytes.</summary>
public sealed class FullDisk : IAsyncLifetime
{
    private static readonly string s_words = new('w', 20_000);
    private readonly string _disk = Directory.CreateTempSubdirectory("emrsim-disk-").FullName;
    private bool _mounted;

    public async ValueTask InitializeAsync() => _mounted = await RunAsync("mount", "-t", "tmpfs", "-o", "size=4m", "emrsim-test", _disk);

    public async ValueTask DisposeAsync()
    {
        if (_mounted) await RunAsync("umount", "-l", _disk);
        Directory.Delete(_disk, recursive: true);
    }

    [Fact]
    public async Task Is_told_loses_nothing_that_was_acknowledged_and_is_written_to_again_once_there_is_room()
    {
        NeedDisk();
        var ballast = Path.Combine(_disk, "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[2 * 1024 * 1024], TestContext.Current.CancellationToken);
        List<string> acknowledged = [];
        Session session;
        await using (var server = await StartAsync())
        {
            session = await Session.BeginAsync(server.Http);
            var refused = await FillAsync(session, acknowledged);
            Assert.NotEmpty(acknowledged);
            Assert.Equal(acknowledged, await session.WordsAsync());
            Assert.True(await server.AnswersAsync("/health/live"));

            File.Delete(ballast);
            await session.RelayedAsync(Words(refused));
            acknowledged.Add(refused);
            Assert.Equal(acknowledged, await session.WordsAsync());
            await FillAsync(session, acknowledged);
            await server.KillAsync();
        }

        await using var again = await StartAsync();
        Assert.Equal(acknowledged, await session.At(again.Http).WordsAsync());
    }

    private Task<ServerProcess> StartAsync() => ServerProcess.StartAsync(new Dictionary<string, string> { ["LIMIT_RELAY_PER_SESSION"] = "0", ["LOG_LEVEL"] = "error" }, _disk);

    /// <summary>Relays until the disk is full; the words that found no room.</summary>
    private static async Task<string> FillAsync(Session session, List<string> acknowledged)
    {
        while (true)
        {
            var words = $"{acknowledged.Count} {s_words}";
            using var response = await session.RelayAsync(Words(words));
            if (response.StatusCode != HttpStatusCode.NoContent)
            {
                await response.RefusedAsync(HttpStatusCode.ServiceUnavailable, "storage_unavailable");
                return words;
            }

            acknowledged.Add(words);
            Assert.True(acknowledged.Count < 1000, "The disk never filled.");
        }
    }

    private static object Words(string words) => new { role = "user", text = words, itemId = words[..8], isFinal = true, startedAt = 1_790_000_000_000 };

    private void NeedDisk()
    {
        if (_mounted) return;
        const string Missing = "A small disk cannot be mounted here; run the tests as root.";
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(Missing);
        Assert.Skip(Missing);
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        if (!Environment.IsPrivilegedProcess) return false;
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
