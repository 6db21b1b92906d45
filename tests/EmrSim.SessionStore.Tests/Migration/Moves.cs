using EmrSim.Server.Tests.Processes;
using System.Collections.Concurrent;
using System.Text;
using EmrSim.SessionStore.Fleet;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmrSim.SessionStore.Tests.Migration;

public sealed class Moves : IAsyncLifetime
{
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(5);
    private readonly List<string> _told = [];
    private RedisServer _old = null!;
    private RedisServer _new = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _old = RedisServer.Prepare([]);
        _new = RedisServer.Prepare(["--requirepass", "n3w:p@ss"], static options => options.Password = "n3w:p@ss");
        await _old.RunAsync();
        await _new.RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _old.DisposeAsync();
        await _new.DisposeAsync();
    }

    private string NewUrl => $"redis://:n3w%3Ap%40ss@127.0.0.1:{_new.Port}";

    [Fact]
    public async Task A_fleet_moves_under_load_and_nothing_is_lost_or_decided_twice()
    {
        await using var fleet = await FleetAsync(3);
        var stores = fleet.Stores;
        var before = await stores[0].AddAsync("before", Bytes("kept"), s_life, Token);
        Assert.NotNull(before);
        await stores[0].IncrementAsync("count", 5, s_life, Token);
        await stores[0].SetAsync("removed", Bytes("x"), s_life, Token);
        await stores[1].RemoveAsync("removed", Token);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var written = new ConcurrentDictionary<string, string>();
        var winners = new ConcurrentDictionary<string, int>();
        var load = stores.Select((store, index) => Task.Run(() => LoadAsync(store, index, written, winners, ending.Token), Token)).ToList();
        await MigrateAsync();
        await ending.CancelAsync();
        await Task.WhenAll(load);

        await _old.KillAsync();
        Assert.NotEmpty(written);
        foreach (var (key, value) in written) Assert.Equal(value, await TextAsync(stores[0], key));
        Assert.NotEmpty(winners);
        Assert.All(winners, static winner => Assert.Equal(1, winner.Value));
        Assert.Equal("kept", await TextAsync(stores[2], "before"));
        Assert.Equal(before, (await stores[2].GetAsync("before", Token))!.Value.Stamp);
        Assert.Null(await stores[2].GetAsync("removed", Token));
        Assert.Equal(6, (await stores[2].IncrementAsync("count", 1, s_life, Token)).Value);
        Assert.All(fleet.Hosts, static host => Assert.False(host.Host.Status.Degraded));
        Assert.All(fleet.Hosts, host => Assert.Contains($":{_new.Port}", host.Host.Status.Server!.Url, StringComparison.Ordinal));
        Assert.DoesNotContain(fleet.Hosts, static host => host.Log.Count("n3w") > 0);
    }

    [Fact]
    public async Task An_instance_that_starts_with_the_old_address_after_the_move_follows_it()
    {
        await using var fleet = await FleetAsync(1);
        await MigrateAsync();
        await fleet.Stores[0].SetAsync("k", Bytes("v"), s_life, Token);
        await using var late = await FleetAsync(1);
        Assert.Equal("v", await TextAsync(late.Stores[0], "k"));
        Assert.Equal(0, (int)await _old.AskAsync("EXISTS", "k"));
    }

    [Fact]
    public async Task A_fleet_moves_to_another_kind_of_server_and_back()
    {
        await using var memcached = await MemcachedServer.StartAsync();
        await using var fleet = await FleetAsync(2);
        await fleet.Stores[0].SetAsync("k", Bytes("v"), s_life, Token);
        await fleet.Stores[0].IncrementAsync("count", 3, s_life, Token);
        await Migration().RunAsync(_old.Url, memcached.Url, _told.Add, Token);
        await _old.KillAsync();
        Assert.Equal("v", await TextAsync(fleet.Stores[1], "k"));
        Assert.Equal(4, (await fleet.Stores[1].IncrementAsync("count", 1, s_life, Token)).Value);
        Assert.Equal("memcached", fleet.Hosts[0].Host.Status.Server!.Kind);
        // Instances that are started anew, with the new address, are led back like any others.
        await using var back = await FleetAsync(2, memcached.Url);
        await Migration().RunAsync(memcached.Url, NewUrl, _told.Add, Token);
        await memcached.KillAsync();
        Assert.Equal("v", await TextAsync(back.Stores[1], "k"));
        Assert.Equal(5, (await back.Stores[1].IncrementAsync("count", 1, s_life, Token)).Value);
    }

    [Fact]
    public async Task What_was_aborted_leaves_the_old_server_alone_and_can_be_begun_again()
    {
        await using var fleet = await FleetAsync(2);
        await fleet.Stores[0].SetAsync("k", Bytes("v"), s_life, Token);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Token);
        // Stops as soon as the copy is through.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Migration().RunAsync(_old.Url, NewUrl, line => { if (line.StartsWith("Compared", StringComparison.Ordinal)) ending.Cancel(); }, ending.Token));
        Assert.True(await Migration().AbortAsync(_old.Url, NewUrl, _told.Add, Token));
        await Eventually.TrueAsync(() => fleet.Hosts.All(static host => host.Host.Migration is null), TimeSpan.FromSeconds(30), () => "still moving");
        await fleet.Stores[1].SetAsync("k", Bytes("newer"), s_life, Token);
        await MigrateAsync();
        Assert.False(await Migration().AbortAsync(_old.Url, NewUrl, _told.Add, Token));
        await _old.KillAsync();
        Assert.Equal("newer", await TextAsync(fleet.Stores[0], "k"));
    }

    [Fact]
    public async Task A_new_server_that_goes_away_during_the_copy_hurts_nobody()
    {
        await using var fleet = await FleetAsync(2);
        var hit = false;
        var move = Migration().RunAsync(_old.Url, NewUrl, line =>
        {
            if (hit || !line.StartsWith("Every instance", StringComparison.Ordinal)) return;
            hit = true;
            _new.KillAsync().GetAwaiter().GetResult();
        }, Token);
        await Assert.ThrowsAsync<MigrationStoppedException>(() => move);
        await fleet.Stores[0].SetAsync("k", Bytes("v"), s_life, Token);
        Assert.Equal("v", await TextAsync(fleet.Stores[1], "k"));
        Assert.All(fleet.Hosts, static host => Assert.False(host.Host.Status.Degraded));
        await _new.RunAsync();
        await MigrateAsync();
        await _old.KillAsync();
        Assert.Equal("v", await TextAsync(fleet.Stores[1], "k"));
    }

    [Fact]
    public async Task A_new_server_that_is_not_there_is_named_without_its_password()
    {
        await _new.KillAsync();
        var stopped = await Assert.ThrowsAsync<MigrationStoppedException>(() => Migration().RunAsync(_old.Url, NewUrl, _told.Add, Token));
        Assert.Contains($"127.0.0.1:{_new.Port}", stopped.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("n3w", stopped.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<MigrationStoppedException>(() => Migration().RunAsync(_old.Url, _old.Url, _told.Add, Token));
    }

    private static async Task LoadAsync(ISessionStore store, int index, ConcurrentDictionary<string, string> written, ConcurrentDictionary<string, int> winners, CancellationToken ending)
    {
        for (var turn = 0; !ending.IsCancellationRequested; turn++)
        {
            var key = $"k:{index}:{turn % 50}";
            var value = $"{turn}";
            await store.SetAsync(key, Bytes(value), s_life, Token);
            written[key] = value;
            Assert.Equal(value, await TextAsync(store, key));
            // Every instance tries for each of these.
            var prize = $"prize:{turn}";
            if (await store.AddAsync(prize, Bytes($"{index}"), s_life, Token) is { } stamp)
            {
                winners.AddOrUpdate(prize, 1, static (_, count) => count + 1);
                if (turn % 3 == 0) Assert.NotNull(await store.ReplaceAsync(prize, Bytes("taken"), s_life, stamp, Token));
            }

            await Task.Delay(1, Token);
        }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static async Task<string?> TextAsync(ISessionStore store, string key) => await store.GetAsync(key, Token) is { } entry ? Encoding.UTF8.GetString(entry.Value.Span) : null;

    private static StoreMigration Migration() => new(new SessionStoreOptions(), TimeProvider.System, NullLoggerFactory.Instance);

    private Task MigrateAsync() => Migration().RunAsync(_old.Url, NewUrl, _told.Add, Token);

    private async Task<Fleet> FleetAsync(int count, string? url = null)
    {
        var fleet = new Fleet();
        for (var i = 0; i < count; i++)
        {
            var host = await RunningStore.StartAsync(new() { Server = StoreUrl.Parse(url ?? _old.Url), OperationTimeout = TimeSpan.FromSeconds(2), Breaker = new() { SlowAfter = TimeSpan.FromSeconds(1) } });
            var roll = new FleetRoll(host.Host, static () => new Dictionary<string, string>(), TimeProvider.System, NullLogger<FleetRoll>.Instance);
            await roll.StartAsync(Token);
            fleet.Hosts.Add(host);
            fleet.Rolls.Add(roll);
        }

        return fleet;
    }

    private sealed class Fleet : IAsyncDisposable
    {
        public List<RunningStore> Hosts { get; } = [];

        public List<FleetRoll> Rolls { get; } = [];

        public List<ISessionStore> Stores => [.. Hosts.Select(static host => host.Store)];

        public async ValueTask DisposeAsync()
        {
            foreach (var roll in Rolls) await roll.StopAsync(CancellationToken.None);
            foreach (var host in Hosts) await host.DisposeAsync();
        }
    }
}
