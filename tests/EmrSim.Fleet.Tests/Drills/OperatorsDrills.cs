using EmrSim.Fleet.Tests.Faults;
using EmrSim.Fleet.Tests.Instances;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Fleet.Tests.Drills;

/// <summary>The scripts of deploy/drills, by which an operator shows that the fleet gets through what will happen one day.</summary>
[Collection(FleetUnderTest.OneAtATime)]
public sealed class OperatorsDrills(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task The_password_of_Redis_is_changed_by_a_rolling_restart_without_downtime()
    {
        await using var fleet = await RunningFleet.StartAsync(2, postgres, StoreServers.LockedAsync);
        const string Fresh = "new one/with:odd @signs";
        await using var door = new RestartDoor(fleet, ("REDIS_PASSWORD", Fresh));
        var settings = new Dictionary<string, string> { ["OLD_PASSWORD"] = fleet.Servers.Password!, ["NEW_PASSWORD"] = Fresh, ["REDIS_NODES"] = $"127.0.0.1:{fleet.Redis.Port}" };

        var wrong = await DrillRun.TryAsync("rotate-redis-password.sh", new Dictionary<string, string>(settings) { ["OLD_PASSWORD"] = "guessed" }, door.Arguments);
        Assert.Equal(1, wrong.Code);
        Assert.Contains("does not take the old password", wrong.Told, StringComparison.Ordinal);

        var told = await DrillRun.UnderLoadAsync(fleet, "rotate-redis-password.sh", settings, door.Arguments);
        Assert.Contains("takes the new password only", told, StringComparison.Ordinal);
        Assert.DoesNotContain(Fresh, told, StringComparison.Ordinal);
        Assert.DoesNotContain(fleet.Servers.Password!, told, StringComparison.Ordinal);
        Assert.All(fleet.Instances, static instance => Assert.Equal(2, instance.Starts));
    }

    [Fact]
    public async Task All_instances_are_restarted_and_the_primary_of_the_sentinels_is_changed_and_a_backup_is_lived_from()
    {
        await using var fleet = await RunningFleet.StartAsync(2, postgres, StoreServers.GuardedAsync);
        await using (var door = new RestartDoor(fleet)) await DrillRun.UnderLoadAsync(fleet, "rolling-restart.sh", new Dictionary<string, string>(), door.Arguments);
        var lonely = await DrillRun.TryAsync("rolling-restart.sh", new Dictionary<string, string>(), "http://127.0.0.1:1", "true");
        Assert.Equal(1, lonely.Code);

        var sentinel = new Dictionary<string, string> { ["SENTINEL"] = $"127.0.0.1:{fleet.Servers.Sentinel!.Sentinels[0].Port}", ["SENTINEL_NAME"] = RedisSentinel.Name };
        await DrillRun.UnderLoadAsync(fleet, "failover.sh", sentinel, [.. fleet.Instances.Select(static instance => instance.Url.ToString().TrimEnd('/'))]);

        var encounter = await BeginAsync(fleet);
        var told = await DrillRun.AloneAsync("restore.sh", new Dictionary<string, string>
        {
            ["EMRSIM"] = string.Join(" ", BuiltProgram.CommandLine),
            ["DATABASE_URL"] = fleet.Database!,
            ["SCRATCH_DATABASE_URL"] = await postgres.CreateDatabaseAsync(),
            ["BACKUP_DIR"] = fleet.Data,
            ["PORT"] = $"{Ports.Take()}",
            ["ENCOUNTER"] = encounter,
            ["LIVE"] = fleet.Instances[0].Url.ToString().TrimEnd('/'),
        });
        Assert.Contains($"the transcript of {encounter} is the same", told, StringComparison.Ordinal);
        await fleet.HealthyAsync();
    }

    private static async Task<string> BeginAsync(RunningFleet fleet)
    {
        var begun = await Traffic.Encounter.BeginAsync(new(fleet), "restored");
        await begun.RelayAsync();
        return begun.Id;
    }
}
