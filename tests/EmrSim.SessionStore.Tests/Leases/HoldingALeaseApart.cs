using System.Collections.Concurrent;
using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Faults;
using EmrSim.SessionStore.Leases;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace EmrSim.SessionStore.Tests.Leases;

/// <summary>Two instances with a Redis and a database, of which one alone loses Redis for several lives of the lease.</summary>
public sealed class HoldingALeaseApart : IAsyncLifetime
{
    private static readonly TimeSpan s_life = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"emrsim-lease-{Guid.NewGuid():N}.db");
    private readonly StoreFaults _faults = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Lease>> _held = new() { ["apart"] = [], ["other"] = [] };
    private RedisServer _redis = null!;
    private RunningStore _apart = null!;
    private RunningStore _other = null!;

    [Theory]
    [InlineData("apart", 1, 0)]
    [InlineData("other", 1, 1)]
    public async Task Changes_hands_once_at_the_most_and_leaves_its_work_in_peace(string first, int timesFirst, int timesSecond)
    {
        using var stopping = new CancellationTokenSource();
        var (one, two) = first == "apart" ? (_apart, _other) : (_other, _apart);
        var second = first == "apart" ? "other" : "apart";
        var holding = HoldAsync(first, one, stopping.Token);
        await Eventually.TrueAsync(() => Holders == first, s_patience, () => "The first never held it.");
        var watching = HoldAsync(second, two, stopping.Token);
        await Task.Delay(s_life, stopping.Token);
        Assert.Equal(first, Holders);

        _faults.Fail("redis");
        await Task.Delay(4 * s_life, stopping.Token);
        await OneHoldsAsync();
        Assert.InRange(_held[first].Count, 1, timesFirst);
        Assert.InRange(_held[second].Count, 0, timesSecond);
        var during = Holders;

        _faults.Heal("redis");
        await Eventually.TrueAsync(() => !_apart.Host.Status.Degraded, s_patience, () => "Still degraded.");
        await OneHoldsAsync();
        Assert.Equal(during, Holders);
        await stopping.CancelAsync();
        await Task.WhenAll(holding, watching);
    }

    [Fact]
    public async Task Is_lost_when_its_life_is_over_although_a_renewal_waits_for_its_answer()
    {
        var begun = TimeProvider.System.GetTimestamp();
        await using var lease = (await Leases(_apart).TryAcquireAsync("a", s_life, TestContext.Current.CancellationToken))!;
        foreach (var tier in (string[])["redis", "database", "memory"]) _faults.Hang(tier, s_life);
        await Eventually.TrueAsync(() => lease.Lost.IsCancellationRequested, s_patience, () => "It was never lost.");
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun) / s_life, 0.95, 1.3);
        foreach (var tier in (string[])["redis", "database", "memory"]) _faults.Heal(tier);
    }

    [Fact]
    public async Task Begins_work_that_failed_again()
    {
        using var stopping = new CancellationTokenSource();
        var begun = 0;
        var holding = Leases(_other).HoldAsync(
            "a",
            TimeSpan.FromSeconds(1),
            async (_, cancellationToken) =>
            {
                if (Interlocked.Increment(ref begun) < 3) throw begun == 1 ? new InvalidOperationException("Broken.") : new OperationCanceledException("A wait of its own.");
                await Task.Delay(Timeout.Infinite, cancellationToken);
            },
            stopping.Token);
        await Eventually.TrueAsync(() => Volatile.Read(ref begun) == 3 || holding.IsCompleted, s_patience, () => $"Begun {begun} times.");
        Assert.False(holding.IsCompleted);
        await stopping.CancelAsync();
        await holding;
    }

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        Assert.True(StoreUrl.TryParse(_redis.Url, out var url, out _));
        _apart = await RunningStore.StartAsync(new() { Server = url, Database = Contract.Databases.Sqlite(_file), DatabaseBeat = TimeSpan.FromSeconds(0.5), Faults = _faults });
        _other = await RunningStore.StartAsync(new() { Server = url, Database = Contract.Databases.Sqlite(_file), DatabaseBeat = TimeSpan.FromSeconds(0.5) });
    }

    public async ValueTask DisposeAsync()
    {
        await _apart.DisposeAsync();
        await _other.DisposeAsync();
        await _redis.DisposeAsync();
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*")) File.Delete(file);
    }

    private string Holders => string.Join(' ', _held.Where(static held => held.Value.Any(static lease => lease.IsHeld)).Select(static held => held.Key));

    private static FleetLeases Leases(RunningStore instance) => new(instance.Store, TimeProvider.System, NullLogger<FleetLeases>.Instance);

    private Task HoldAsync(string name, RunningStore instance, CancellationToken stopping) => Leases(instance).HoldAsync(
        "a",
        s_life,
        async (lease, cancellationToken) =>
        {
            _held[name].Enqueue(lease);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        },
        stopping);

    // For a whole life on end.
    private async Task OneHoldsAsync()
    {
        var since = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(
            () =>
            {
                if (Holders is not ("apart" or "other")) since = TimeProvider.System.GetTimestamp();
                return TimeProvider.System.GetElapsedTime(since) > s_life;
            },
            s_patience,
            () => $"Held by '{Holders}'; apart {_held["apart"].Count}, other {_held["other"].Count} times.");
    }
}
