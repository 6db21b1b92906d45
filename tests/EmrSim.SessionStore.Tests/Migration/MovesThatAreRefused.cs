namespace EmrSim.SessionStore.Tests.Migration;

public sealed class MovesThatAreRefused : BetweenTwoServers
{
    [Fact]
    public async Task To_another_server_than_the_one_that_is_under_way()
    {
        await using var other = await RedisServer.StartAsync();
        await using var fleet = await FleetAsync(2);
        await MigrateUntilAsync(WritesBoth);
        var facts = fleet.Hosts.Select(static host => host.Host.Migration).ToList();
        await RefusedAsync(Old.Url, other.Url, $"127.0.0.1:{New.Port}");
        Assert.Equal(facts, fleet.Hosts.Select(static host => host.Host.Migration));
        await MigrateAsync();
        // Once it has moved, nothing else can be made of it either.
        await RefusedAsync(Old.Url, other.Url, $"127.0.0.1:{New.Port}");
        Assert.All(fleet.Hosts, host => Assert.Contains($":{New.Port}", host.Host.Status.Server!.Url, StringComparison.Ordinal));
        Assert.Equal("", (string?)await other.AskAsync("GET", "fleet:roll") ?? "");
    }

    [Fact]
    public async Task From_a_server_that_no_instance_uses_unless_that_is_said()
    {
        await using var forgotten = await RedisServer.StartAsync();
        await using (var fleet = await MovingFleet.StartAsync(1, forgotten.Url)) await fleet.Stores[0].SetAsync("k", Bytes("v"), Life, Token);
        await RefusedAsync(forgotten.Url, NewUrl, "No running instance");
        Assert.Equal(0, (int)await forgotten.AskAsync("EXISTS", "fleet:migration"));
        await Migration(needsInstances: false).RunAsync(forgotten.Url, NewUrl, Told.Add, Token);
        await using var later = await MovingFleet.StartAsync(1, NewUrl);
        Assert.Equal("v", await TextAsync(later.Stores[0], "k"));
    }

    [Fact]
    public async Task To_the_same_server_by_another_name()
    {
        await using var fleet = await FleetAsync(1);
        await fleet.Stores[0].SetAsync("k", Bytes("v"), Life, Token);
        await RefusedAsync(Old.Url, $"redis://localhost:{Old.Port}", "same server");
        Assert.Equal("v", await TextAsync(fleet.Stores[0], "k"));
    }

    [Fact]
    public async Task To_a_server_that_other_instances_use()
    {
        await using var fleet = await FleetAsync(1);
        await using var others = await MovingFleet.StartAsync(1, NewUrl);
        await others.Stores[0].SetAsync("k", Bytes("theirs"), Life, Token);
        await RefusedAsync(Old.Url, NewUrl, "use the new one already");
        Assert.Equal("theirs", await TextAsync(others.Stores[0], "k"));
        Assert.Null(fleet.Hosts[0].Host.Migration);
    }

    [Fact]
    public async Task To_a_server_that_is_not_there_without_telling_its_password()
    {
        await New.KillAsync();
        var said = await RefusedAsync(Old.Url, NewUrl, $"127.0.0.1:{New.Port}");
        Assert.DoesNotContain("n3w", said, StringComparison.Ordinal);
        await RefusedAsync(Old.Url, Old.Url, "the same");
    }

    private async Task<string> RefusedAsync(string from, string to, string reason)
    {
        var stopped = await Assert.ThrowsAsync<MigrationStoppedException>(() => Migration().RunAsync(from, to, Told.Add, Token));
        Assert.Contains(reason, stopped.Message, StringComparison.Ordinal);
        return stopped.Message;
    }
}
