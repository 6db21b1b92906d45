using System.Net;
using EmrSim.Server.Encounters;
using EmrSim.Server.Live;
using EmrSim.Server.Tests.Live;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;
using EmrSim.SessionStore;
using EmrSim.SessionStore.Feed;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EmrSim.Server.Tests.Encounters;

public sealed class NearReads(PostgresInstallation on)
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Are_never_older_than_a_second_even_when_nobody_rings()
    {
        using var place = await on.NewPlaceAsync();
        await using var beside = await Beside.OpenAsync(place);
        await using var store = new SessionStoreHost(new(), TimeProvider.System, NullLoggerFactory.Instance);
        var clock = new FakeTimeProvider();
        var near = new NearEncounters(beside.Database, beside.Encounters, beside.Feed, store.Bell, clock);
        var encounter = await beside.Encounters.CreateAsync("p", "s", null, null, Now);
        Assert.Equal("subjective", (await near.FindAsync(encounter.Id, Now))!.Phase);
        await beside.RunAsync($"UPDATE encounter SET phase = 'objective' WHERE id = '{encounter.Id}'");
        clock.Advance(NearEncounters.Oldest - TimeSpan.FromMilliseconds(1));
        Assert.Equal("subjective", (await near.FindAsync(encounter.Id, Now))!.Phase);
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("objective", (await near.FindAsync(encounter.Id, Now))!.Phase);
    }

    [Fact]
    public async Task See_a_change_at_once_when_it_is_told()
    {
        using var place = await on.NewPlaceAsync();
        await using var beside = await Beside.OpenAsync(place);
        await using var store = new SessionStoreHost(new(), TimeProvider.System, NullLoggerFactory.Instance);
        var near = new NearEncounters(beside.Database, beside.Encounters, beside.Feed, store.Bell, new FakeTimeProvider());
        var encounter = await beside.Encounters.CreateAsync("p", "s", null, null, Now);
        Assert.Equal("subjective", (await near.FindAsync(encounter.Id, Now))!.Phase);
        await beside.Encounters.SetPhaseAsync(encounter.Id, "objective", Now);
        Assert.Equal("objective", (await near.FindAsync(encounter.Id, Now))!.Phase);
        Assert.Null(await near.FindAsync(EncounterId.New(), Now));
    }

    [Fact]
    public async Task See_at_once_what_another_instance_rings_for_and_what_may_have_been_missed()
    {
        await using var redis = await RedisServer.StartAsync();
        Assert.True(StoreUrl.TryParse(redis.Url, out var url, out _));
        using var place = await on.NewPlaceAsync();
        await using var beside = await Beside.OpenAsync(place);
        await using var here = await ListenAsync(url);
        await using var there = await ListenAsync(url);
        await CalmAsync(here.Bell);

        // No time passes here: what is seen was rung for.
        var near = new NearEncounters(beside.Database, beside.Encounters, new LiveFeed(here.Bell), here.Bell, new FakeTimeProvider());
        var encounter = await beside.Encounters.CreateAsync("p", "s", null, null, Now);
        await PhaseIsAsync("subjective");
        await beside.RunAsync($"UPDATE encounter SET phase = 'objective' WHERE id = '{encounter.Id}'");
        Assert.Equal("subjective", (await near.FindAsync(encounter.Id, Now))!.Phase);
        new LiveFeed(there.Bell).Publish(LiveEvent.Of((await beside.Encounters.FindAsync(encounter.Id, Now))!));
        await PhaseIsAsync("objective");

        await beside.RunAsync($"UPDATE encounter SET phase = 'assessment' WHERE id = '{encounter.Id}'");
        Assert.Equal("objective", (await near.FindAsync(encounter.Id, Now))!.Phase);
        await redis.AskAsync("CLIENT", "KILL", "TYPE", "pubsub");
        await PhaseIsAsync("assessment");

        Task PhaseIsAsync(string phase) => Eventually.TrueAsync(async () => (await near.FindAsync(encounter.Id, Now))!.Phase == phase, TimeSpan.FromSeconds(10), () => $"Never seen: {phase}.");
    }

    [Fact]
    public async Task Let_no_instance_show_words_for_long_after_another_has_ended_the_encounter()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var two = await TwoInstances.StartAsync(on, redis);
        await two.FeedIsAsync("live");
        var there = two.Session.At(two.Second.Http);
        await there.RelayedAsync(new { role = "user", text = "speaking", isFinal = false });
        await two.Session.EndedAsync();
        using (var here = await two.Session.RelayAsync(new { role = "user", text = "speaking", isFinal = false })) Assert.Equal(HttpStatusCode.Conflict, here.StatusCode);
        await Eventually.TrueAsync(
            async () =>
            {
                using var late = await there.RelayAsync(new { role = "user", text = "speaking", isFinal = false });
                return late.StatusCode == HttpStatusCode.Conflict;
            },
            TimeSpan.FromSeconds(5),
            () => "Words were shown long after the end.");
    }

    // Two that have just met call for a look, and once more than one would think.
    private static Task CalmAsync(FleetBell bell)
    {
        var called = TimeProvider.System.GetTimestamp();
        bell.Missed += () => called = TimeProvider.System.GetTimestamp();
        return Eventually.TrueAsync(() => bell.Status.Peers == 1 && TimeProvider.System.GetElapsedTime(called) > TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30), () => "No calm.");
    }

    private static async Task<SessionStoreHost> ListenAsync(StoreUrl? url)
    {
        var host = new SessionStoreHost(new() { Server = url }, TimeProvider.System, NullLoggerFactory.Instance);
        await host.StartAsync(Now);
        await Eventually.TrueAsync(() => host.Bell.IsBelieved, TimeSpan.FromSeconds(10), () => "No bell.");
        return host;
    }
}
