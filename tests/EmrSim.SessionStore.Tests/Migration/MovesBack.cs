using EmrSim.SessionStore.Migration;

namespace EmrSim.SessionStore.Tests.Migration;

public sealed class MovesBack : BetweenTwoServers
{
    [Fact]
    public async Task Do_not_bring_back_what_was_removed_meanwhile()
    {
        await using var fleet = await FleetAsync(2);
        await Old.AskAsync("SET", "theirs", "v");
        await Old.AskAsync("SET", "their-number", "7", "EX", 300);
        await fleet.Stores[0].SetAsync("kept", Bytes("v"), Life, Token);
        await fleet.Stores[0].SetAsync("removed", Bytes("v"), Life, Token);
        await fleet.Stores[0].IncrementAsync("count", 5, Life, Token);
        await MigrateAsync();

        Assert.True(await fleet.Stores[1].RemoveAsync("removed", Token));
        await fleet.Stores[1].RemoveAsync("count", Token);
        await fleet.Stores[1].IncrementAsync("count", 2, Life, Token);
        // As five minutes later.
        await New.AskAsync("DEL", "removed");
        await Migration().RunAsync(NewUrl, Old.Url, Told.Add, Token);
        await New.KillAsync();
        Assert.Null(await fleet.Stores[0].GetAsync("removed", Token));
        Assert.Equal("v", await TextAsync(fleet.Stores[0], "kept"));
        Assert.Equal(3, (await fleet.Stores[0].IncrementAsync("count", 1, Life, Token)).Value);
        Assert.Equal("v", (string?)await Old.AskAsync("GET", "theirs"));
        Assert.Equal("7", (string?)await Old.AskAsync("GET", "their-number"));
        await fleet.HealthyAsync();
        // One that is started with that address is no longer led away from it.
        await using var late = await FleetAsync(1);
        Assert.Equal("v", await TextAsync(late.Stores[0], "kept"));
    }

    [Fact]
    public async Task Take_along_an_instance_that_starts_with_the_address_of_before()
    {
        await using var fleet = await FleetAsync(1);
        await MigrateAsync();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Migration().RunAsync(NewUrl, Old.Url, told => { if (told.StartsWith(WritesBoth, StringComparison.Ordinal)) ending.Cancel(); }, ending.Token));
        await using var late = await FleetAsync(1);
        await late.InAsync(MigrationPhase.Both);
        Assert.NotNull(await late.Stores[0].AddAsync("prize", Bytes("late"), Life, Token));
        Assert.Null(await fleet.Stores[0].AddAsync("prize", Bytes("early"), Life, Token));
        await Migration().RunAsync(NewUrl, Old.Url, Told.Add, Token);
        await New.KillAsync();
        Assert.Equal("late", await TextAsync(fleet.Stores[0], "prize"));
        await fleet.Stores[0].SetAsync("k", Bytes("v"), Life, Token);
        Assert.Equal("v", await TextAsync(late.Stores[0], "k"));
    }
}
