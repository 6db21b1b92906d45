using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Migration;
using System.Collections.Concurrent;

namespace EmrSim.SessionStore.Tests.Migration;

public sealed class NewServersInTrouble : BetweenTwoServers
{
    private string Connecting => $"connecting to redis://:***@127.0.0.1:{New.Port}";

    private string Ended => $"connection to redis://:***@127.0.0.1:{New.Port}/0 ended";

    [Fact]
    public async Task Undo_no_replacement_by_what_they_were_not_given_yet()
    {
        await using var fleet = await FleetAsync(1);
        var store = fleet.Stores[0];
        var before = await BothDecideAsync(fleet);
        var stamp = await store.SetAsync("k", Bytes("2"), Life, Token);
        // As when an instance could not write there while the old server decided.
        await New.AskAsync("SET", "k", before, "EX", 300);
        Assert.NotNull(await store.ReplaceAsync("k", Bytes("3"), Life, stamp, Token));
        Assert.Equal("3", await TextAsync(store, "k"));
    }

    [Fact]
    public async Task Undo_no_addition_by_what_was_removed_before()
    {
        await using var fleet = await FleetAsync(1);
        var store = fleet.Stores[0];
        var before = await BothDecideAsync(fleet);
        Assert.True(await store.RemoveAsync("k", Token));
        // As when an instance could not remove it there while the old server decided.
        await New.AskAsync("SET", "k", before, "EX", 300);
        Assert.NotNull(await store.AddAsync("k", Bytes("2"), Life, Token));
        Assert.Equal("2", await TextAsync(store, "k"));
    }

    [Fact]
    public async Task Are_copied_to_once_more_when_it_is_not_known_what_they_missed()
    {
        await using var fleet = await FleetAsync(2);
        for (var n = 0; n < 5; n++) await fleet.Stores[0].IncrementAsync("count", 1, Life, Token);
        var hit = false;
        await Migration().RunAsync(Old.Url, NewUrl, line =>
        {
            Told.Add(line);
            if (hit || !line.StartsWith("Compared:", StringComparison.Ordinal)) return;
            hit = true;
            New.Stop();
            fleet.Stores[0].IncrementAsync("count", 1, Life, Token).AsTask().GetAwaiter().GetResult();
            New.Continue();
        }, Token);
        Assert.Contains(Told, static line => line.Contains("copying again", StringComparison.Ordinal));
        Assert.Equal(7, (await fleet.Stores[1].IncrementAsync("count", 1, Life, Token)).Value);
    }

    [Fact]
    public async Task Hurt_nobody_when_they_die_during_the_copy()
    {
        await using var fleet = await FleetAsync(2);
        var hit = false;
        var move = Migration().RunAsync(Old.Url, NewUrl, line =>
        {
            if (hit || !line.StartsWith(WritesBoth, StringComparison.Ordinal)) return;
            hit = true;
            New.KillAsync().GetAwaiter().GetResult();
        }, Token);
        await fleet.Stores[0].SetAsync("first", Bytes("v"), Life, Token);
        await Assert.ThrowsAsync<MigrationStoppedException>(() => move);
        await fleet.Stores[0].SetAsync("k", Bytes("v"), Life, Token);
        Assert.Equal("v", await TextAsync(fleet.Stores[1], "k"));
        Assert.All(fleet.Hosts, static host => Assert.False(host.Host.Status.Degraded));
        await New.RunAsync();
        await MigrateAsync();
        await Old.KillAsync();
        Assert.Equal("v", await TextAsync(fleet.Stores[1], "k"));
    }

    [Fact]
    public async Task Slow_nobody_down_when_they_hang()
    {
        await using var fleet = await MovingFleet.StartAsync(2, () => new() { Server = StoreUrl.Parse(Old.Url) });
        await MigrateUntilAsync(WritesBoth);
        New.Stop();
        var written = new ConcurrentDictionary<string, string>();
        var (counts, left) = (0, 0);
        using var ending = new CancellationTokenSource(TimeSpan.FromSeconds(4));
        await Task.WhenAll(Enumerable.Range(0, 12).Select(async writer =>
        {
            var host = fleet.Hosts[writer % 2];
            for (var turn = 0; !ending.IsCancellationRequested; turn++)
            {
                await host.Store.SetAsync($"k:{writer}", Bytes($"{turn}"), Life, Token);
                written[$"k:{writer}"] = $"{turn}";
                if (writer < 2)
                {
                    await host.Store.IncrementAsync("count", 1, Life, Token);
                    Interlocked.Increment(ref counts);
                }

                if (host.Host.Status.Degraded) Interlocked.Increment(ref left);
                await Task.Delay(20, Token);
            }
        }));
        Assert.Equal(0, left);
        New.Continue();
        await MigrateAsync();
        await Old.KillAsync();
        foreach (var (key, value) in written) Assert.Equal(value, await TextAsync(fleet.Stores[1], key));
        Assert.InRange((await fleet.Stores[0].IncrementAsync("count", 0, Life, Token)).Value, counts, counts + 12);
    }

    [Fact]
    public async Task Keep_no_instance_that_starts_then_from_the_old_one_and_leave_no_connections_behind()
    {
        await using var fleet = await FleetAsync(1);
        await MigrateUntilAsync(WritesBoth);
        await New.KillAsync();
        await using var late = await FleetAsync(1);
        var host = late.Hosts[0];
        Assert.False(host.Host.Status.Degraded, string.Join('\n', host.Log.Lines));
        await late.Stores[0].SetAsync("k", Bytes("v"), Life, Token);
        Assert.Equal("v", await TextAsync(fleet.Stores[0], "k"));
        await Eventually.TrueAsync(() => host.Log.Count(Connecting) >= 2, TimeSpan.FromSeconds(30), () => string.Join('\n', host.Log.Lines));
        Assert.InRange(host.Log.Count(Connecting) - host.Log.Count(Ended), 0, 1);
        Assert.Equal(1, host.Log.Count("which this instance does not reach"));
        Assert.False(host.Host.Status.Degraded);
        await New.RunAsync();
        await late.InAsync(MigrationPhase.Both);
        await MigrateAsync();
        await Old.KillAsync();
        Assert.Equal("v", await TextAsync(late.Stores[0], "k"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Are_told_of_in_a_sentence_also_when_it_is_memcached(bool isNew)
    {
        await using var memcached = await MemcachedServer.StartAsync();
        var (from, to) = isNew ? (Old.Url, memcached.Url) : (memcached.Url, NewUrl);
        await using var fleet = await MovingFleet.StartAsync(1, from);
        await fleet.Stores[0].SetAsync("k", Bytes("v"), Life, Token);
        var stopped = await Assert.ThrowsAsync<MigrationStoppedException>(() => Migration().RunAsync(from, to, line =>
        {
            if (line.StartsWith(WritesBoth, StringComparison.Ordinal)) memcached.KillAsync().GetAwaiter().GetResult();
        }, Token));
        Assert.Contains("egin again", stopped.Message, StringComparison.Ordinal);
    }

    /// <summary>Something stands on both, and both decide; gives it as the new one has it.</summary>
    private async Task<byte[]> BothDecideAsync(MovingFleet fleet)
    {
        await fleet.Stores[0].SetAsync("k", Bytes("1"), Life, Token);
        await MigrateUntilAsync(ReadsBoth);
        await fleet.InAsync(MigrationPhase.Dual);
        return ((byte[]?)await New.AskAsync("GET", "k"))!;
    }
}
