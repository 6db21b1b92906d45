using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;
using Npgsql;

namespace EmrSim.Server.Tests.Backups;

/// <summary>A place with its backups: what is done to it is done with the real program.</summary>
internal sealed class Ground(Place place) : IDisposable
{
    public Place Place => place;

    public string Shelf => Path.Combine(place.Directory, "backups");

    public Dictionary<string, string> Settings { get; } = new(place.Settings) { ["DATA_DIR"] = place.Directory, ["BACKUP_DIR"] = Path.Combine(place.Directory, "backups") };

    public IReadOnlyList<string> Files => !Directory.Exists(Shelf) ? [] : [.. Directory.EnumerateFileSystemEntries(Shelf).Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public static async Task<Ground> OnAsync(Installation on) => new(await on.NewPlaceAsync());

    public Task<ServerProcess> StartAsync() => ServerProcess.StartAsync(Settings, place.Directory);

    public Task<CommandRun> BackupAsync(params string[] arguments) => CommandRun.OfAsync(Settings, ["backup", .. arguments]);

    /// <summary>A backup, by its path.</summary>
    public async Task<string> CreateAsync()
    {
        var run = await BackupAsync("create");
        Assert.True(run.Code == 0, run.Everything);
        return run.Output.Trim();
    }

    public async Task SucceedsAsync(params string[] arguments)
    {
        var run = await BackupAsync(arguments);
        Assert.True(run.Code == 0, run.Everything);
    }

    /// <summary>It ends with 1 and one line that says this; no stack.</summary>
    public async Task RefusesAsync(string why, params string[] arguments)
    {
        var run = await BackupAsync(arguments);
        Assert.True(run.Code == 1 && run.Errors.Contains(why, StringComparison.Ordinal), $"Ended with {run.Code}, not with 1 and \"{why}\": {run.Everything}");
        Assert.DoesNotContain("   at ", run.Everything, StringComparison.Ordinal);
    }

    /// <summary>A few encounters with a few turns each, and all that was said.</summary>
    public static async Task<Dictionary<string, IReadOnlyList<string>>> TalkAsync(HttpClient http)
    {
        var said = new Dictionary<string, IReadOnlyList<string>>();
        for (var n = 0; n < 3; n++)
        {
            var session = await Session.BeginAsync(http);
            for (var turn = 0; turn < 4; turn++) await session.RelayedAsync(new { role = "user", text = $"encounter {n} turn {turn} ✓", itemId = $"{n}-{turn}", startedAt = 1_790_000_000_000 + turn });
            said[session.Id] = await session.WordsAsync();
        }

        return said;
    }

    public async Task HoldsAsync(Dictionary<string, IReadOnlyList<string>> said)
    {
        await using var server = await StartAsync();
        foreach (var (id, words) in said) Assert.Equal(words, await new Session(server.Http, id).WordsAsync());
    }

    /// <summary>The database is gone, as after an operator's slip.</summary>
    public async Task LoseDatabaseAsync()
    {
        if (!place.Settings.TryGetValue("DATABASE_URL", out var address))
        {
            foreach (var file in Directory.EnumerateFiles(place.Directory, "emrsim.db*")) File.Delete(file);
            return;
        }

        var url = new Uri(address);
        await using var connection = new NpgsqlConnection($"Host={url.Host};Port={url.Port};Username=postgres;Database={url.AbsolutePath.Trim('/')};Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("DROP SCHEMA public CASCADE; CREATE SCHEMA public", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    public void Dispose() => place.Dispose();
}
