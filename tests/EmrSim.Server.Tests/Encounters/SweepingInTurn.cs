using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Encounters;

/// <summary>Which of two instances finishes what was left.</summary>
public sealed class SweepingInTurn(PostgresInstallation on)
{
    private const string Held = "Lease encounter-sweeper is held";
    private const string Lost = "Lease encounter-sweeper is lost";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    // As docs/session-store.md says, and a second for this machine.
    private static readonly TimeSpan s_afterStop = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_afterDeath = TimeSpan.FromSeconds(11);

    [Fact]
    public async Task Is_one_until_it_stops_and_then_the_other_at_once()
    {
        await using var redis = await RedisServer.StartAsync();
        using var place = await on.NewPlaceAsync();
        await using var first = await StartAsync(place, redis);
        await using var second = await StartAsync(place, redis);
        await HoldsAsync(first);
        Assert.DoesNotContain(Held, second.Output, StringComparison.Ordinal);
        Assert.Equal(0, await first.StopAsync());
        await HoldsAsync(second, s_afterStop);
    }

    [Fact]
    public async Task Is_the_other_soon_after_one_was_killed_and_it_finishes_what_that_one_left()
    {
        await using var redis = await RedisServer.StartAsync();
        using var place = await on.NewPlaceAsync();
        await using var first = await StartAsync(place, redis);
        await HoldsAsync(first);
        await using var second = await StartAsync(place, redis);
        await using var beside = await Beside.OpenAsync(place);
        var session = await Session.BeginAsync(first.Http);
        var past = TimeProvider.System.GetUtcNow().AddSeconds(-20).ToUnixTimeMilliseconds();
        await first.KillAsync();
        await beside.RunAsync($"UPDATE encounter SET state = 'draining', ended_at = {past} WHERE id = '{session.Id}'");
        await HoldsAsync(second, s_afterDeath);
        var there = session.At(second.Http);
        await Eventually.TrueAsync(async () => (await there.ReadAsync()).GetProperty("state").GetString() == "final", s_patience, () => $"Nobody finished it.\n{second.Output}");
    }

    [Fact]
    public async Task Is_the_other_alone_when_one_stood_still_for_more_than_a_life_and_goes_on()
    {
        await using var redis = await RedisServer.StartAsync();
        using var place = await on.NewPlaceAsync();
        await using var first = await StartAsync(place, redis);
        await HoldsAsync(first);
        await using var second = await StartAsync(place, redis);
        first.Stand();
        await HoldsAsync(second, s_afterDeath);
        first.GoOn();
        await Eventually.TrueAsync(() => first.Output.Contains(Lost, StringComparison.Ordinal), s_patience, () => $"It does not know that it has lost the lease:\n{first.Output}");
        Assert.Equal(0, await second.StopAsync());
        Assert.DoesNotContain(Lost, second.Output, StringComparison.Ordinal);
        await Eventually.TrueAsync(() => first.Output.Split(Held).Length == 3, s_patience, () => $"It did not take it back:\n{first.Output}");
    }

    [Fact]
    public async Task Goes_on_when_redis_has_died()
    {
        await using var redis = await RedisServer.StartAsync();
        using var place = await on.NewPlaceAsync();
        await using var first = await StartAsync(place, redis);
        await using var second = await StartAsync(place, redis);
        await HoldsAsync(first);
        await redis.KillAsync();
        await using var beside = await Beside.OpenAsync(place);
        var session = await Session.BeginAsync(second.Http);
        var past = TimeProvider.System.GetUtcNow().AddSeconds(-20).ToUnixTimeMilliseconds();
        await beside.RunAsync($"UPDATE encounter SET state = 'draining', ended_at = {past} WHERE id = '{session.Id}'");
        await Eventually.TrueAsync(async () => (await session.ReadAsync()).GetProperty("state").GetString() == "final", s_patience, () => $"Nobody finished it.\n{first.Output}\n{second.Output}");
    }

    private static Task<ServerProcess> StartAsync(Place place, RedisServer redis) =>
        ServerProcess.StartAsync(new Dictionary<string, string>(place.Settings) { ["REDIS_URL"] = redis.Url }, place.Directory);

    private static Task HoldsAsync(ServerProcess server, TimeSpan? within = null) =>
        Eventually.TrueAsync(() => server.Output.Contains(Held, StringComparison.Ordinal), within ?? s_patience, () => $"It does not hold the lease:\n{server.Output}");
}
