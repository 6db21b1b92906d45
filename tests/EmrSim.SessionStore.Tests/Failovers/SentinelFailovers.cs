using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.SessionStore.Tests.Failovers;

public sealed class OpenSentinel : IAsyncLifetime
{
    public RedisSentinel Group { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Group = await RedisSentinel.StartAsync();

    public ValueTask DisposeAsync() => Group?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>Everything that can happen to a primary with sentinels, under steady writes: no acknowledged one is lost.</summary>
public sealed partial class SentinelFailovers(OpenSentinel servers, PostgresServer database) : IClassFixture<OpenSentinel>, IClassFixture<PostgresServer>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(90);
    private readonly RedisSentinel _group = servers.Group;

    [Fact]
    public async Task A_killed_primary_is_followed_by_the_next_and_its_empty_return_harms_nothing()
    {
        await _group.MendedAsync();
        await using var writers = await SteadyWriters.StartAsync(_group.Url, database);
        await writers.MoreAsync(200);
        var old = await _group.PrimaryAsync();
        await using (var ticker = new Ticker())
        {
            await old.KillAsync();
            await _group.NextPrimaryAsync(old);
            await BackInTimeAsync(writers, ticker);
        }

        await writers.MoreAsync(100);
        await old.RunAsync();
        await writers.MoreAsync(200);
        await _group.DemoteAsync(old);
        await writers.MoreAsync(100);
        await writers.NothingIsLostAsync();
        Assert.All(writers.Stores, NeverWentBack);
    }

    [Fact]
    public async Task A_hung_primary_that_returns_as_a_stale_one_takes_no_acknowledged_write()
    {
        await _group.MendedAsync();
        await using var writers = await SteadyWriters.StartAsync(_group.Url, database);
        await writers.MoreAsync(200);
        var old = await _group.PrimaryAsync();
        await using var ticker = new Ticker();
        old.Stop();
        try
        {
            await _group.NextPrimaryAsync(old);
            await BackInTimeAsync(writers, ticker);
        }
        finally
        {
            old.Continue();
        }

        // It takes itself for the primary until the sentinels tell it otherwise.
        await writers.MoreAsync(500);
        await _group.DemoteAsync(old);
        await writers.NothingIsLostAsync();
        Assert.True(writers.Slowest < TimeSpan.FromSeconds(6), $"{writers.Slowest}");
        Assert.All(writers.Stores, NeverWentBack);
    }

    [Fact]
    public async Task What_had_not_reached_the_replicas_is_written_again()
    {
        await _group.MendedAsync();
        await using var writers = await SteadyWriters.StartAsync(_group.Url, database);
        var old = await _group.PrimaryAsync();
        await old.AskAsync("ACL", "SETUSER", "default", "-psync", "-sync");
        await old.AskAsync("CLIENT", "KILL", "TYPE", "replica");
        await writers.MoreAsync(200);
        await old.KillAsync();
        await _group.NextPrimaryAsync(old);
        await writers.ServedByRedisAsync();
        await writers.NothingIsLostAsync();
        await old.RunAsync();
        await _group.DemoteAsync(old);
    }

    [Fact]
    public async Task A_failover_on_demand_loses_nothing()
    {
        await _group.MendedAsync();
        await using var writers = await SteadyWriters.StartAsync(_group.Url, database);
        await writers.MoreAsync(200);
        var old = await _group.PrimaryAsync();
        await _group.Sentinels[0].AskAsync("SENTINEL", "FAILOVER", RedisSentinel.Name);
        await _group.NextPrimaryAsync(old);
        await writers.ServedByRedisAsync();
        await writers.MoreAsync(100);
        await _group.SettledAsync();
        await writers.NothingIsLostAsync();
    }

    [Fact]
    public async Task Without_a_majority_of_sentinels_the_known_primary_serves_and_a_new_instance_waits()
    {
        await _group.MendedAsync();
        await using var writers = await SteadyWriters.StartAsync(_group.Url, database);
        foreach (var sentinel in _group.Sentinels.Take(2)) await sentinel.KillAsync();
        try
        {
            await Eventually.TrueAsync(
                () => writers.Stores[0].Host.Status.Server!.Warning == "only 1 of 3 sentinels answer: no failover is possible until the others run",
                s_patience,
                () => $"{writers.Stores[0].Host.Status.Server}");
            await writers.MoreAsync(100);
            Assert.False(writers.Stores[0].Host.Status.Degraded);

            await using var late = await writers.StartStoreAsync(_group.Url);
            await late.Store.SetAsync("late", "x"u8.ToArray(), TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
            Assert.True(late.Host.Status.Degraded);
            await Eventually.TrueAsync(
                () => late.Host.Status.Server!.LastError?.Contains("only 1 of 3 sentinels answer", StringComparison.Ordinal) == true,
                s_patience,
                () => $"{late.Host.Status.Server}");
            await Task.WhenAll(_group.Sentinels.Take(2).Select(static sentinel => sentinel.RunAsync()));
            await Eventually.TrueAsync(() => !late.Host.Status.Degraded, s_patience, () => $"{late.Host.Status.Server}");
        }
        finally
        {
            await Task.WhenAll(_group.Sentinels.Take(2).Where(static sentinel => !sentinel.IsRunning).Select(static sentinel => sentinel.RunAsync()));
        }

        await Eventually.TrueAsync(() => writers.Stores[0].Host.Status.Server!.Warning is null, s_patience, () => $"{writers.Stores[0].Host.Status.Server}");
        await writers.NothingIsLostAsync();
    }

    // A fifth of a second on a quiet machine; on one where a thread waits longer than that for its turn, all that has many steps takes
    // longer. Following the sentinels blocks no threads, so that work in the pool waits no longer than the machine makes it.
    private static async Task BackInTimeAsync(SteadyWriters writers, Ticker ticker)
    {
        var since = Stopwatch.StartNew();
        await writers.ServedByRedisAsync();
        TestContext.Current.SendDiagnosticMessage("Back {0} ms after the new primary was ready; slowest write {1} ms; waits in the pool {2} ms, of a thread {3} ms", since.ElapsedMilliseconds, writers.Slowest.TotalMilliseconds, ticker.WorstInPool.TotalMilliseconds, ticker.WorstAlone.TotalMilliseconds);
        Assert.InRange(since.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(1.5) + (10 * ticker.WorstAlone));
        Assert.InRange(ticker.WorstInPool, TimeSpan.Zero, TimeSpan.FromSeconds(0.5) + (2 * ticker.WorstAlone));
    }

    // On a busy machine the sentinels may go further, and then by a higher number.
    private static void NeverWentBack(RunningStore store)
    {
        var followed = store.Log.Lines.Select(static line => FollowedTo().Match(line)).Where(static match => match.Success).Select(static match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)).ToList();
        Assert.NotEmpty(followed);
        Assert.Equal(followed.Distinct().Order(), followed);
    }

    [GeneratedRegex(@"the primary \(failover (\d+)\)")]
    private static partial Regex FollowedTo();
}
