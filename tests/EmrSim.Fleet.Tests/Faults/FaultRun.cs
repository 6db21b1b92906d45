using System.Diagnostics;
using EmrSim.Fleet.Tests.Instances;
using EmrSim.Fleet.Tests.Results;
using EmrSim.Fleet.Tests.Traffic;

namespace EmrSim.Fleet.Tests.Faults;

/// <summary>Puts a fleet under load, lets something go wrong, puts it right, and looks what became of every word.</summary>
public static class FaultRun
{
    private static readonly LoadSize s_short = new(4, 3, 3, 6);
    private static readonly LoadSize s_full = new(10, 6, 6, 12);
    private static readonly TimeSpan s_stretch = TimeSpan.FromSeconds(FaultTable.IsFull ? 5 : 1.5);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_warm = TimeSpan.FromSeconds(1);

    // On two cores that builds kept busy the slowest took 0.7 s on PostgreSQL and 1.7 s on SQLite, which has one writer.
    private static readonly TimeSpan s_budget = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan s_budgetOnSqlite = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_noticedWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_onScreenWithin = TimeSpan.FromSeconds(1);

    public static async Task<FaultRow> RunAsync(RunningFleet fleet, Fault fault)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(fault);
        await fleet.HealthyAsync();
        var size = FaultTable.IsFull ? s_full : s_short;
        await using var load = await Load.StartAsync(fleet, size);
        await Task.Delay(s_warm);
        var minted = await MintedAgainAsync(fleet);
        var before = Stopwatch.GetTimestamp();
        await Task.Delay(s_stretch);
        var held = await load.HoldAsync(size.Held);

        var during = Stopwatch.GetTimestamp();
        using var wellAgain = new CancellationTokenSource();
        var looking = LookAsync(fleet, during, wellAgain.Token);
        await fault.Begin(fleet);
        while (held.Count > size.Held / 2) await load.FinishAsync(held.Dequeue());
        if (fault is { Says: { } says, TakenOver: null })
        {
            await RunningFleet.SayAsync(says.Status, [.. says.Of(fleet)]);
            await RunningFleet.SayAsync("healthy", [.. fleet.Instances.Except(says.Of(fleet))]);
        }

        var recovered = await RecoverAsync(fleet, fault, during);
        await wellAgain.CancelAsync();

        var after = Stopwatch.GetTimestamp();
        while (held.TryDequeue(out var handshake)) await load.FinishAsync(handshake);
        await Task.Delay(s_stretch);
        await load.StopAsync();

        var noticed = await looking;
        var attempts = load.Door.Attempts;
        var row = new FaultRow
        {
            Fault = fault.Name,
            Fleet = $"{fleet.Instances.Count}, {fleet.Servers.Name}, {(fleet.Postgres is null ? "SQLite" : "PostgreSQL")}",
            Load = $"{size}",
            Requests = attempts.Count(static attempt => attempt.IsLast),
            Retried = attempts.Where(static attempt => !attempt.IsLast).CountBy(static attempt => attempt.Outcome).ToDictionary(),
            Failed = attempts.Where(static attempt => attempt is { IsLast: true, IsOk: false }).CountBy(static attempt => $"{attempt.Kind} {attempt.Outcome}").ToDictionary(),
            Keeping = await load.CompareAsync(),
            LostHandshakes = load.LostHandshakes,
            MintedAgain = (await MintedAgainAsync(fleet)).Sum(now => Math.Max(0, now.Value - minted.GetValueOrDefault(now.Key))),
            LatestOnScreen = load.LatestOnScreen(after),
            Before = Latencies.Of(attempts.Where(attempt => attempt.At >= before && attempt.At < during)),
            During = Latencies.Of(attempts.Where(attempt => attempt.At >= during && attempt.At < after)),
            After = Latencies.Of(attempts.Where(attempt => attempt.At >= after)),
            Detected = noticed.First,
            Recovered = recovered,
        };
        FaultTable.Add(row);
        Judge(fault, row, load, during, fault.Budget ?? (fleet.Postgres is null ? s_budgetOnSqlite : s_budget));
        if (fault is { Says: { } said, TakenOver: not null }) Assert.All(said.Of(fleet), instance => Assert.Contains((instance.Name, said.Status), noticed.Said));
        return row;
    }

    /// <summary>The first requests of a process are slow, and nobody's fault.</summary>
    public static async Task WarmAsync(RunningFleet fleet)
    {
        await using var load = await Load.StartAsync(fleet, s_short);
        await Task.Delay(s_warm * 2);
    }

    // How long it takes from the repair, or from when another server has taken over, until all say that they are well.
    private static async Task<TimeSpan> RecoverAsync(RunningFleet fleet, Fault fault, long during)
    {
        TimeSpan? recovered = null;
        if (fault.TakenOver is not null)
        {
            await fault.TakenOver(fleet);
            recovered = await HealthyAgainAsync(fleet, Stopwatch.GetTimestamp());
        }

        if (fault.Repair is null) return recovered ?? await HealthyAgainAsync(fleet, during);
        var rest = (FaultTable.IsFull ? fault.LastsInFull : fault.Lasts) - Stopwatch.GetElapsedTime(during);
        if (rest > TimeSpan.Zero) await Task.Delay(rest);
        var repair = Stopwatch.GetTimestamp();
        await fault.Repair(fleet);
        var repaired = await HealthyAgainAsync(fleet, repair);
        return recovered ?? repaired;
    }

    private static async Task<Dictionary<(string, int), int>> MintedAgainAsync(RunningFleet fleet)
    {
        var minted = new Dictionary<(string, int), int>();
        foreach (var instance in fleet.Instances) minted[(instance.Name, instance.Starts)] = await instance.MintedAgainAsync();
        return minted;
    }

    private static async Task<TimeSpan> HealthyAgainAsync(RunningFleet fleet, long since)
    {
        await fleet.HealthyAsync();
        return Stopwatch.GetElapsedTime(since);
    }

    // What the instances say of themselves meanwhile, and how long until the first says that something is wrong, or says nothing.
    private static async Task<(TimeSpan? First, HashSet<(string Instance, string Status)> Said)> LookAsync(RunningFleet fleet, long since, CancellationToken wellAgain)
    {
        TimeSpan? first = null;
        var all = new HashSet<(string, string)>();
        while (!wellAgain.IsCancellationRequested)
        {
            var said = await Task.WhenAll(fleet.Instances.Select(static async instance => (instance.Name, Status: await instance.StatusAsync())));
            all.UnionWith(said);
            if (said.Any(static one => one.Status != "healthy")) first ??= Stopwatch.GetElapsedTime(since);
            await Task.Delay(first is null ? s_look : 5 * s_look, CancellationToken.None);
        }

        return (first, all);
    }

    private static void Judge(Fault fault, FaultRow row, Load load, long during, TimeSpan usual)
    {
        // test.sh gives what begins so no second chance.
        Assert.True(row.Keeping is { Lost: 0, Doubled: 0, Misordered: 0 }, $"Not kept: {row}\n{row.Keeping.Complaints}");
        Assert.True(row.Requests > 100, $"Only {row.Requests} requests: that is no load.");
        Assert.True(row.Failed.Count == 0, $"{row}");
        Assert.True(row.LostHandshakes == 0, $"{row}");
        Assert.True(!fault.KeepsTokens || row.MintedAgain == 0, $"Tokens were lost: {row}");
        if (!fault.MayRetry) Assert.True(row.Retried.Count == 0, $"{row}");

        // A machine that is slow before the fault is so in it too.
        var slowness = TimeSpan.FromMilliseconds(row.Before.Worst);
        var budget = usual + slowness;
        var late = load.Door.Attempts.Where(attempt => attempt.At >= during && attempt.Took > budget).ToList();
        Assert.True(late.Count == 0, $"{row}\n{string.Join('\n', late.Take(5))}");
        Assert.True(fault.Says is null || row.Detected <= s_noticedWithin + slowness, $"Noticed late: {row}");
        Assert.True(fault.RecoversWithin is not { } most || row.Recovered <= most + slowness, $"Recovered late: {row}");
        Assert.True(row.LatestOnScreen <= s_onScreenWithin + slowness, $"On screen late, {row.LatestOnScreen}: {row}");
    }
}
