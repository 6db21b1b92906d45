using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Fleet;
using Microsoft.Extensions.Logging.Abstractions;
using System.Collections.Concurrent;

namespace EmrSim.SessionStore.Tests.Migration;

public sealed class Moves : BetweenTwoServers
{
    [Fact]
    public async Task A_fleet_moves_under_load_and_nothing_is_lost_or_decided_twice()
    {
        await using var fleet = await FleetAsync(3);
        var stores = fleet.Stores;
        var before = await stores[0].AddAsync("before", Bytes("kept"), Life, Token);
        Assert.NotNull(before);
        await stores[0].IncrementAsync("count", 5, Life, Token);
        await stores[0].SetAsync("removed", Bytes("x"), Life, Token);
        await stores[1].RemoveAsync("removed", Token);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var written = new ConcurrentDictionary<string, string>();
        var winners = new ConcurrentDictionary<string, int>();
        var load = stores.Select((store, index) => Task.Run(() => LoadAsync(store, index, written, winners, ending.Token), Token)).ToList();
        await MigrateAsync();
        await ending.CancelAsync();
        await Task.WhenAll(load);

        await Old.KillAsync();
        Assert.NotEmpty(written);
        foreach (var (key, value) in written) Assert.Equal(value, await TextAsync(stores[0], key));
        Assert.NotEmpty(winners);
        Assert.All(winners, static winner => Assert.Equal(1, winner.Value));
        Assert.Equal("kept", await TextAsync(stores[2], "before"));
        Assert.Equal(before, (await stores[2].GetAsync("before", Token))!.Value.Stamp);
        Assert.Null(await stores[2].GetAsync("removed", Token));
        Assert.Equal(6, (await stores[2].IncrementAsync("count", 1, Life, Token)).Value);
        Assert.All(fleet.Hosts, static host => Assert.False(host.Host.Status.Degraded));
        Assert.All(fleet.Hosts, host => Assert.Contains($":{New.Port}", host.Host.Status.Server!.Url, StringComparison.Ordinal));
        Assert.DoesNotContain(fleet.Hosts, static host => host.Log.Count("n3w") > 0);
    }

    [Fact]
    public async Task An_instance_that_starts_with_the_old_address_after_the_move_follows_it()
    {
        await using var fleet = await FleetAsync(1);
        await MigrateAsync();
        await fleet.Stores[0].SetAsync("k", Bytes("v"), Life, Token);
        await using var late = await FleetAsync(1);
        Assert.Equal("v", await TextAsync(late.Stores[0], "k"));
        Assert.Equal(0, (int)await Old.AskAsync("EXISTS", "k"));
    }

    [Fact]
    public async Task A_fleet_moves_to_another_kind_of_server_and_back()
    {
        await using var memcached = await MemcachedServer.StartAsync();
        await using var fleet = await FleetAsync(2);
        await fleet.Stores[0].SetAsync("k", Bytes("v"), Life, Token);
        await fleet.Stores[0].IncrementAsync("count", 3, Life, Token);
        await Migration().RunAsync(Old.Url, memcached.Url, Told.Add, Token);
        await Old.KillAsync();
        Assert.Equal("v", await TextAsync(fleet.Stores[1], "k"));
        Assert.Equal(4, (await fleet.Stores[1].IncrementAsync("count", 1, Life, Token)).Value);
        Assert.Equal("memcached", fleet.Hosts[0].Host.Status.Server!.Kind);
        // Instances that are started anew, with the new address, are led back like any others.
        await using var back = await MovingFleet.StartAsync(2, memcached.Url);
        await Migration().RunAsync(memcached.Url, NewUrl, Told.Add, Token);
        await memcached.KillAsync();
        Assert.Equal("v", await TextAsync(back.Stores[1], "k"));
        Assert.Equal(5, (await back.Stores[1].IncrementAsync("count", 1, Life, Token)).Value);
    }

    [Fact]
    public async Task Who_leads_the_move_may_have_a_clock_that_is_ahead()
    {
        await using var fleet = await FleetAsync(2);
        await fleet.Stores[0].SetAsync("short", Bytes("v"), TimeSpan.FromSeconds(25), Token);
        await Migration(new SkewedTime(TimeSpan.FromSeconds(30))).RunAsync(Old.Url, NewUrl, Told.Add, Token);
        Assert.Equal(3, Told.Count(static line => line.EndsWith("(2 instances)", StringComparison.Ordinal)));
        await Old.KillAsync();
        Assert.Equal("v", await TextAsync(fleet.Stores[1], "short"));
    }

    [Fact]
    public async Task An_instance_whose_clock_is_ahead_takes_no_other_off_the_roll()
    {
        await using var fleet = await FleetAsync(2);
        await Eventually.TrueAsync(async () => await IsOnTheRollAsync(fleet, 0) && await IsOnTheRollAsync(fleet, 1), TimeSpan.FromSeconds(30), static () => "They do not announce themselves.");
        using var ahead = new FleetRoll(fleet.Hosts[0].Host, static () => new Dictionary<string, string>(), new SkewedTime(TimeSpan.FromSeconds(30)), NullLogger<FleetRoll>.Instance);
        await ahead.AnnounceAsync(Token);
        Assert.True(await IsOnTheRollAsync(fleet, 1));
    }

    private static async Task<bool> IsOnTheRollAsync(MovingFleet fleet, int host) => (await TextAsync(fleet.Stores[0], "fleet:roll"))?.Contains($"{fleet.Hosts[host].Host.Instance:x8}", StringComparison.Ordinal) == true;

    private static async Task LoadAsync(ISessionStore store, int index, ConcurrentDictionary<string, string> written, ConcurrentDictionary<string, int> winners, CancellationToken ending)
    {
        for (var turn = 0; !ending.IsCancellationRequested; turn++)
        {
            var key = $"k:{index}:{turn % 50}";
            var value = $"{turn}";
            await store.SetAsync(key, Bytes(value), Life, Token);
            written[key] = value;
            Assert.Equal(value, await TextAsync(store, key));
            // Every instance tries for each of these.
            var prize = $"prize:{turn}";
            if (await store.AddAsync(prize, Bytes($"{index}"), Life, Token) is { } stamp)
            {
                winners.AddOrUpdate(prize, 1, static (_, count) => count + 1);
                if (turn % 3 == 0) Assert.NotNull(await store.ReplaceAsync(prize, Bytes("taken"), Life, stamp, Token));
            }

            await Task.Delay(1, Token);
        }
    }
}
