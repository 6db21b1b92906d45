using System.Net;
using EmrSim.Server.Encounters;
using EmrSim.Server.Live;
using EmrSim.Server.Tests.Live;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;
using EmrSim.SessionStore;
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
}
