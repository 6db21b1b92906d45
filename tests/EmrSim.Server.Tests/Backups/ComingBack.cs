using System.Collections.Concurrent;
using System.Net;
using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Backups;

public sealed class ComingBackOnSqlite(SqliteInstallation on) : ComingBack(on);

public sealed class ComingBackOnPostgres(PostgresInstallation on) : ComingBack(on);

public abstract class ComingBack(Installation on)
{
    [Fact]
    public async Task A_deleted_database_comes_back_with_every_word()
    {
        using var ground = await Ground.OnAsync(on);
        Dictionary<string, IReadOnlyList<string>> said;
        await using (var server = await ground.StartAsync())
        {
            said = await Ground.TalkAsync(server.Http);
            await ground.CreateAsync();
            await server.StopAsync();
        }

        await ground.LoseDatabaseAsync();
        await ground.SucceedsAsync("restore");
        await ground.HoldsAsync(said);
    }

    [Fact]
    public async Task A_verified_backup_was_restored_and_compared()
    {
        using var ground = await Ground.OnAsync(on);
        await using var server = await ground.StartAsync();
        await Ground.TalkAsync(server.Http);
        var file = await ground.CreateAsync();
        var run = await ground.BackupAsync("verify", Path.GetFileName(file));
        Assert.True(run.Code == 0, run.Everything);
        Assert.Contains("as in the manifest", run.Output, StringComparison.Ordinal);
        var listed = await ground.BackupAsync("list");
        Assert.Contains("3 encounters, built-in content", listed.Output, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task A_backup_made_under_load_holds_all_that_was_acknowledged_before()
    {
        using var ground = await Ground.OnAsync(on);
        var acknowledged = new ConcurrentQueue<string>();
        List<string> before;
        List<string> ids = [];
        using var enough = new CancellationTokenSource();
        await using (var server = await ground.StartAsync())
        {
            var sessions = new List<Session>();
            for (var n = 0; n < 4; n++) sessions.Add(await Session.BeginAsync(server.Http));
            ids.AddRange(sessions.Select(static session => session.Id));
            var writing = Enumerable.Range(0, 16).Select(caller => WriteAsync(sessions[caller % sessions.Count], caller, acknowledged, enough.Token)).ToList();
            await Eventually.TrueAsync(() => acknowledged.Count > 200, TimeSpan.FromSeconds(30), () => $"Only {acknowledged.Count} were acknowledged.");
            before = [.. acknowledged];
            await ground.CreateAsync();
            Assert.True(acknowledged.Count > before.Count, "Nothing was written while the backup was made.");
            await enough.CancelAsync();
            await Task.WhenAll(writing);
            await server.StopAsync();
        }

        await ground.SucceedsAsync("verify");
        await ground.SucceedsAsync("restore", "--replace");
        await using var restored = await ground.StartAsync();
        var kept = new List<string>();
        foreach (var id in ids) kept.AddRange(await new Session(restored.Http, id).WordsAsync());
        Assert.Empty(before.Except(kept));
        Assert.Equal(kept.Distinct().Count(), kept.Count);
    }

    [Fact]
    public async Task Content_of_ones_own_comes_back_too()
    {
        using var ground = await Ground.OnAsync(on);
        var content = Path.Combine(ground.Place.Directory, "content");
        CopyDirectory(Path.Combine(Repository.Root, "content"), content);
        ground.Settings["CONTENT_DIR"] = content;
        await using (var server = await ground.StartAsync())
        {
            await ground.CreateAsync();
            await server.StopAsync();
        }

        var files = Directory.GetFiles(content, "*", SearchOption.AllDirectories).Length;
        Directory.Delete(content, recursive: true);
        await ground.SucceedsAsync("restore");
        Assert.Equal(files, Directory.GetFiles(content, "*", SearchOption.AllDirectories).Length);
        Assert.Equal(0, (await CommandRun.OfAsync(ground.Settings, "content", "validate")).Code);
    }

    private static void CopyDirectory(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static async Task WriteAsync(Session session, int caller, ConcurrentQueue<string> acknowledged, CancellationToken enough)
    {
        for (var n = 0; !enough.IsCancellationRequested; n++)
        {
            var words = $"caller {caller} word {n}";
            using var response = await session.RelayAsync(new { role = "user", text = words, itemId = words, startedAt = 1_790_000_000_000 });
            Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
            acknowledged.Enqueue(words);
        }
    }
}
