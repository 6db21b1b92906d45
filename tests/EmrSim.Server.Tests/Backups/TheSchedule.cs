using System.Globalization;
using System.Runtime.Versioning;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Backups;

public sealed class TheSchedule(SqliteInstallation sqlite, PostgresInstallation postgres)
{
    private const int Seconds = 4;

    [Fact]
    public async Task Two_instances_with_redis_make_one_backup_a_slot()
    {
        await using var redis = await RedisServer.StartAsync();
        using var ground = await Ground.OnAsync(sqlite);
        ground.Settings["REDIS_URL"] = redis.Url;
        await OneEachAsync(ground);
    }

    [Fact]
    public async Task Two_instances_with_postgres_make_one_backup_a_slot()
    {
        using var ground = await Ground.OnAsync(postgres);
        await OneEachAsync(ground);
    }

    [Fact]
    public async Task Old_backups_go_and_those_made_by_hand_stay()
    {
        using var ground = await Ground.OnAsync(sqlite);
        (ground.Settings["BACKUP_EVERY"], ground.Settings["BACKUP_KEEP"]) = ("1s", "2");
        await using var server = await ground.StartAsync();
        var byHand = Path.GetFileName(await ground.CreateAsync());
        await Eventually.TrueAsync(() => server.Output.Split("Backup removed").Length > 3, TimeSpan.FromSeconds(30), () => server.Output);
        await server.StopAsync();
        Assert.Contains(byHand, ground.Files);
        Assert.InRange(ground.Files.Count, 3, 4);
        await ground.SucceedsAsync("verify");
    }

    [Fact]
    public async Task A_failing_backup_is_told_and_tried_again_and_the_server_goes_on()
    {
        using var ground = await Ground.OnAsync(sqlite);
        (ground.Settings["BACKUP_EVERY"], ground.Settings["BACKUP_DIR"]) = ("1s", "/proc/emrsim-backups");
        await using var server = await ground.StartAsync();
        await Eventually.TrueAsync(() => server.Output.Contains("Backup not made: /proc/emrsim-backups", StringComparison.Ordinal), TimeSpan.FromSeconds(30), () => server.Output);
        Assert.True(await server.AnswersAsync("/health/ready"));
        var metrics = await server.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Contains("backup_runs_total{outcome=\"failure\"}", metrics, StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_directory_that_cannot_be_read_is_told_and_the_server_goes_on_until_it_can()
    {
        using var ground = await Ground.OnAsync(sqlite);
        ground.Settings["BACKUP_EVERY"] = "1s";
        Directory.CreateDirectory(ground.Shelf);
        File.SetUnixFileMode(ground.Shelf, UnixFileMode.None);
        await using var server = await ServerProcess.StartAsync(ground.Settings, ground.Place.Directory, asAnyUser: true);
        await Eventually.TrueAsync(() => server.Output.Contains($"Backup not made: {ground.Shelf} can't be used:", StringComparison.Ordinal), TimeSpan.FromSeconds(30), () => server.Output);
        Assert.True(await server.AnswersAsync("/health/ready"));
        File.SetUnixFileMode(ground.Shelf, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await Eventually.TrueAsync(() => server.Output.Contains("Backup made", StringComparison.Ordinal), TimeSpan.FromSeconds(30), () => server.Output);
    }

    [Theory]
    [InlineData("tomorrow")]
    [InlineData("8d")]
    [InlineData("-1h")]
    [InlineData("6")]
    public async Task A_bad_interval_stops_the_start(string every)
    {
        await using var server = ServerProcess.Launch(new Dictionary<string, string> { ["BACKUP_EVERY"] = every });
        Assert.Equal(1, await server.ExitAsync());
        await Eventually.TrueAsync(() => server.Output.Contains("BACKUP_EVERY", StringComparison.Ordinal), TimeSpan.FromSeconds(5), () => server.Output);
    }

    /// <summary>Each instance has a directory of its own, so that nothing but the claim keeps the second one from making its own.</summary>
    private static async Task OneEachAsync(Ground ground)
    {
        ground.Settings["BACKUP_EVERY"] = $"{Seconds}s";
        var shelves = (string[])[Path.Combine(ground.Place.Directory, "first"), Path.Combine(ground.Place.Directory, "second")];
        await using (var first = await ServerProcess.StartAsync(With(ground, shelves[0]), ground.Place.Directory))
        await using (var second = await ServerProcess.StartAsync(With(ground, shelves[1]), ground.Place.Directory))
        {
            await Eventually.TrueAsync(() => Slots(shelves).Distinct().Count() >= 4, TimeSpan.FromSeconds(60), () => $"{first.Output}\n{second.Output}");
            await Task.WhenAll(first.StopAsync(), second.StopAsync());
        }

        var slots = Slots(shelves);
        Assert.Equal(slots.Distinct(), slots);
    }

    private static Dictionary<string, string> With(Ground ground, string shelf) => new(ground.Settings) { ["BACKUP_DIR"] = shelf };

    private static List<long> Slots(IEnumerable<string> shelves) =>
        [.. shelves.Where(Directory.Exists).SelectMany(static shelf => Directory.EnumerateFiles(shelf, "*-scheduled.tar.gz"))
            .Select(static path => DateTimeOffset.ParseExact(Path.GetFileName(path).Split('-')[1], "yyyyMMdd'T'HHmmss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeSeconds() / Seconds)
            .Order()];
}
