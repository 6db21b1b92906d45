using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Backups;

/// <summary>kill -9 to the instance that holds the schedule's lease, while its pg_dump waits for a table.</summary>
public sealed class KilledInTheMiddle(PostgresInstallation postgres)
{
    [Fact]
    public async Task The_scheduled_backup_is_made_once_by_another_and_nothing_torn_is_left()
    {
        using var ground = await Ground.OnAsync(postgres);
        Dictionary<string, IReadOnlyList<string>> said;
        await using (var before = await ground.StartAsync())
        {
            said = await Ground.TalkAsync(before.Http);
            await before.StopAsync();
        }

        ground.Settings["BACKUP_EVERY"] = "7d";
        await using var held = await HeldTable.OpenAsync(ground.Place.Settings["DATABASE_URL"]);
        await using var first = await ground.StartAsync();
        await Eventually.TrueAsync(held.SomeoneWaitsAsync, TimeSpan.FromSeconds(30), () => first.Output);
        await using var second = await ground.StartAsync();
        await first.KillAsync();
        await held.LetGoAsync();
        Assert.StartsWith(".unfinished-scheduled-", Assert.Single(ground.Files), StringComparison.Ordinal);
        await ground.RefusesAsync("There is no backup", "verify");

        await Eventually.TrueAsync(() => second.Output.Contains("Backup made", StringComparison.Ordinal), TimeSpan.FromSeconds(60), () => $"{first.Output}\n{second.Output}");
        Assert.EndsWith("-scheduled.tar.gz", Assert.Single(ground.Files), StringComparison.Ordinal);
        await second.StopAsync();
        await ground.SucceedsAsync("verify");
        await ground.LoseDatabaseAsync();
        await ground.SucceedsAsync("restore");
        ground.Settings.Remove("BACKUP_EVERY");
        await ground.HoldsAsync(said);
    }
}
