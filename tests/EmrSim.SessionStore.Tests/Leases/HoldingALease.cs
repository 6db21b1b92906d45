using System.Collections.Concurrent;
using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Faults;
using EmrSim.SessionStore.Leases;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmrSim.SessionStore.Tests.Leases;

/// <summary>Instances with a Redis and a database, whose clocks are minutes apart.</summary>
public sealed class HoldingALease : IAsyncLifetime
{
    private static readonly TimeSpan s_life = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"emrsim-lease-{Guid.NewGuid():N}.db");
    private readonly TimeProvider _ahead = new SkewedTime(TimeSpan.FromSeconds(20));
    private RedisServer _redis = null!;
    private RunningStore _first = null!;
    private RunningStore _second = null!;

    [Fact]
    public async Task Keeps_others_out_for_as_long_as_it_is_renewed()
    {
        var (mine, theirs) = (Leases(_first, TimeProvider.System), Leases(_second, _ahead));
        await using var held = await mine.TryAcquireAsync("a", s_life, Token);
        var begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < 2.5 * s_life)
        {
            Assert.Null(await theirs.TryAcquireAsync("a", s_life, Token));
            Assert.True(held!.IsHeld);
            await Task.Delay(50, Token);
        }

        await using var other = await theirs.TryAcquireAsync("b", s_life, Token);
        Assert.NotNull(other);
    }

    [Fact]
    public async Task Is_handed_over_at_once_with_a_newer_fence()
    {
        var (mine, theirs) = (Leases(_first, TimeProvider.System), Leases(_second, _ahead));
        var held = (await theirs.TryAcquireAsync("a", s_life, Token))!;
        Assert.Null(await mine.TryAcquireAsync("a", s_life, Token));
        await held.DisposeAsync();
        Assert.False(held.IsHeld);
        await using var next = await mine.TryAcquireAsync("a", s_life, Token);
        Assert.True(next!.Fence > held.Fence);
        Assert.Null(await theirs.TryAcquireAsync("a", s_life, Token));
    }

    [Fact]
    public async Task Ends_when_its_holder_dies_and_goes_to_one_other()
    {
        var faults = new StoreFaults();
        await using var dying = await RunningStore.StartAsync(Options(faults));
        var held = (await Leases(dying, TimeProvider.System).TryAcquireAsync("a", s_life, Token))!;
        foreach (var tier in (string[])["redis", "database", "memory"]) faults.Fail(tier);
        var (mine, theirs) = (Leases(_first, TimeProvider.System), Leases(_second, _ahead));
        var winners = new ConcurrentBag<Lease>();
        await Eventually.TrueAsync(
            async () =>
            {
                foreach (var lease in await Task.WhenAll(mine.TryAcquireAsync("a", s_life, Token), theirs.TryAcquireAsync("a", s_life, Token)))
                {
                    if (lease is not null) winners.Add(lease);
                }

                return !winners.IsEmpty;
            },
            s_patience,
            () => "Nobody took it over.");
        var winner = Assert.Single(winners);
        Assert.True(winner.Fence > held.Fence);
        Assert.False(held.IsHeld);
        await winner.DisposeAsync();
    }

    [Fact]
    public async Task Has_one_holder_again_soon_after_redis_died_and_after_it_came_back()
    {
        using var stopping = new CancellationTokenSource();
        var holders = new ConcurrentDictionary<string, Lease>();
        var holding = Task.WhenAll(new[] { ("first", _first, TimeProvider.System), ("second", _second, _ahead) }.Select(instance =>
            Leases(instance.Item2, instance.Item3).HoldAsync(
                "a",
                s_life,
                async (lease, cancellationToken) =>
                {
                    holders[instance.Item1] = lease;
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                },
                stopping.Token)));
        await OneHoldsAsync();
        await _redis.KillAsync();
        await Eventually.TrueAsync(() => _first.Host.Status.Degraded && _second.Host.Status.Degraded, s_patience, () => "Not degraded.");
        await OneHoldsAsync();
        await _redis.RunAsync();
        await Eventually.TrueAsync(() => !_first.Host.Status.Degraded && !_second.Host.Status.Degraded, s_patience, () => "Still degraded.");
        await OneHoldsAsync();
        await stopping.CancelAsync();
        await holding;
        Assert.DoesNotContain(holders.Values, static lease => lease.IsHeld);

        async Task OneHoldsAsync()
        {
            // For a whole life on end.
            var since = TimeProvider.System.GetTimestamp();
            await Eventually.TrueAsync(
                () =>
                {
                    if (holders.Values.Count(static lease => lease.IsHeld) != 1) since = TimeProvider.System.GetTimestamp();
                    return TimeProvider.System.GetElapsedTime(since) > s_life;
                },
                s_patience,
                () => string.Join(", ", holders.Select(pair => $"{pair.Key} {pair.Value.IsHeld}")));
        }
    }

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _first = await RunningStore.StartAsync(Options());
        _second = await RunningStore.StartAsync(Options(), _ahead);
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        await _redis.DisposeAsync();
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*")) File.Delete(file);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static FleetLeases Leases(RunningStore instance, TimeProvider time) => new(instance.Store, time, NullLogger<FleetLeases>.Instance);

    private SessionStoreOptions Options(StoreFaults? faults = null)
    {
        Assert.True(StoreUrl.TryParse(_redis.Url, out var url, out _));
        return new() { Server = url, Database = Contract.Databases.Sqlite(_file), Faults = faults };
    }
}
