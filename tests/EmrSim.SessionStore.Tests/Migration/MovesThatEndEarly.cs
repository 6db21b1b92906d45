using EmrSim.SessionStore.Migration;

namespace EmrSim.SessionStore.Tests.Migration;

public sealed class MovesThatEndEarly : BetweenTwoServers
{
    [Fact]
    public async Task Leave_the_old_server_alone_after_an_abort_and_can_be_begun_again()
    {
        await using var fleet = await FleetAsync(2);
        await fleet.Stores[0].SetAsync("k", Bytes("v"), Life, Token);
        await fleet.Stores[0].SetAsync("removed", Bytes("v"), Life, Token);
        await MigrateUntilAsync("Compared");
        Assert.True(await AbortAsync());
        Assert.All(fleet.Hosts, static host => Assert.Null(host.Host.Migration));
        await fleet.Stores[1].SetAsync("k", Bytes("newer"), Life, Token);
        await fleet.Stores[1].RemoveAsync("removed", Token);
        // As five minutes later.
        await Old.AskAsync("DEL", "removed");
        await MigrateAsync();
        Assert.False(await AbortAsync());
        await Old.KillAsync();
        Assert.Equal("newer", await TextAsync(fleet.Stores[0], "k"));
        Assert.Null(await fleet.Stores[0].GetAsync("removed", Token));
    }

    [Theory]
    [InlineData(WritesBoth)]
    [InlineData(ReadsBoth)]
    public async Task Can_be_aborted_when_the_new_server_is_dead(string when)
    {
        await using var fleet = await FleetAsync(2);
        await MigrateUntilAsync(when);
        await New.KillAsync();
        Assert.True(await AbortAsync());
        await fleet.InAsync(null);
        await fleet.HealthyAsync();
        await fleet.Stores[0].SetAsync("k", Bytes("v"), Life, Token);
        Assert.Equal("v", await TextAsync(fleet.Stores[1], "k"));
        Assert.Equal(1, (int)await Old.AskAsync("EXISTS", "k"));
    }

    [Fact]
    public async Task Are_stopped_by_an_abort_beside_them()
    {
        await using var fleet = await FleetAsync(2);
        await fleet.Stores[0].SetAsync("k", Bytes("v"), Life, Token);
        var stopped = await Assert.ThrowsAsync<MigrationStoppedException>(() => Migration().RunAsync(Old.Url, NewUrl, line =>
        {
            if (line.StartsWith(WritesBoth, StringComparison.Ordinal)) Assert.True(AbortAsync().GetAwaiter().GetResult());
        }, Token));
        Assert.Contains("aborted", stopped.Message, StringComparison.Ordinal);
        await New.KillAsync();
        Assert.All(fleet.Hosts, static host => Assert.Null(host.Host.Migration));
        Assert.All(fleet.Hosts, static host => Assert.False(host.Host.Status.Degraded));
        Assert.Equal("v", await TextAsync(fleet.Stores[1], "k"));
    }

    [Fact]
    public async Task Stop_when_another_run_takes_them_over()
    {
        await using var fleet = await FleetAsync(2);
        await fleet.Stores[0].SetAsync("k", Bytes("v"), Life, Token);
        var second = Task.CompletedTask;
        var stopped = await Assert.ThrowsAsync<MigrationStoppedException>(() => Migration().RunAsync(Old.Url, NewUrl, line =>
        {
            if (!line.StartsWith(WritesBoth, StringComparison.Ordinal)) return;
            var leads = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            second = Migration().RunAsync(Old.Url, NewUrl, _ => leads.TrySetResult(), Token);
            leads.Task.WaitAsync(Token).GetAwaiter().GetResult();
        }, Token));
        Assert.Contains("Another run", stopped.Message, StringComparison.Ordinal);
        await second;
        await Old.KillAsync();
        Assert.Equal("v", await TextAsync(fleet.Stores[1], "k"));
    }

    [Fact]
    public async Task Are_over_only_when_the_last_instance_has_followed_also_when_begun_again()
    {
        var halting = new HaltingTime();
        await using var fleet = await FleetAsync(1);
        await using var slow = await MovingFleet.StartAsync(1, () => new() { Server = StoreUrl.Parse(Old.Url), OperationTimeout = TimeSpan.FromSeconds(2) }, halting);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var first = Migration().RunAsync(Old.Url, NewUrl, line => halting.IsHalted |= line.StartsWith("Compared once more", StringComparison.Ordinal), ending.Token);
        await fleet.InAsync(MigrationPhase.Done);
        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        var again = MigrateAsync();
        await Task.WhenAny(again, Task.Delay(TimeSpan.FromSeconds(2), Token));
        Assert.False(again.IsCompleted);
        halting.IsHalted = false;
        await again;
        await slow.InAsync(MigrationPhase.Done);
        // And when they were all started anew, with the new address.
        await using var anew = await MovingFleet.StartAsync(1, NewUrl);
        await MigrateAsync();
    }

    /// <summary>The system's time, whose timers do not tick while it is halted.</summary>
    private sealed class HaltingTime : TimeProvider
    {
        public volatile bool IsHalted;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => System.CreateTimer(
            given =>
            {
                if (!IsHalted) callback(given);
            },
            state,
            dueTime,
            period);
    }
}
