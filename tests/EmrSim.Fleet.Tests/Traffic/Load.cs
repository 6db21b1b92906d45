using System.Diagnostics;
using EmrSim.Fleet.Tests.Instances;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Fleet.Tests.Traffic;

/// <summary>How much goes on at once.</summary>
/// <param name="Relaying">Encounters whose final turns are relayed, ten a second each.</param>
/// <param name="Talking">Encounters by text, two messages a second each.</param>
/// <param name="Shaking">Voice handshakes, two a second each.</param>
/// <param name="Held">Handshakes that are begun before the fault and finished in and after it.</param>
public sealed record LoadSize(int Relaying, int Talking, int Shaking, int Held)
{
    public override string ToString() => $"{Relaying} relaying, {Talking} by text, {Shaking} + {Held} handshakes, {2 * (Relaying + Talking)} screens";
}

/// <summary>Encounters that go on at a steady pace until they are told to stop.</summary>
public sealed class Load : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource _stopping = new();
    private readonly RunningFleet _fleet;
    private readonly List<Encounter> _encounters = [];
    private readonly List<Task> _running = [];
    private int _lostHandshakes;

    private Load(RunningFleet fleet)
    {
        _fleet = fleet;
        Door = new(fleet);
    }

    public RoundRobin Door { get; }

    public IReadOnlyList<Encounter> Encounters => _encounters;

    /// <summary>Handshakes whose token was given and whose offer was not taken.</summary>
    public int LostHandshakes => _lostHandshakes;

    public static async Task<Load> StartAsync(RunningFleet fleet, LoadSize size)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        ArgumentNullException.ThrowIfNull(size);
        var load = new Load(fleet);
        for (var n = 0; n < size.Relaying; n++) load._running.Add(load.PaceAsync(await load.BeginAsync($"relay{n}"), TimeSpan.FromMilliseconds(100), static encounter => encounter.RelayAsync()));
        for (var n = 0; n < size.Talking; n++) load._running.Add(load.PaceAsync(await load.BeginAsync($"talk{n}"), TimeSpan.FromMilliseconds(500), static encounter => encounter.SayAsync()));
        for (var n = 0; n < size.Shaking; n++) load._running.Add(load.PaceAsync(await Encounter.BeginAsync(load.Door, $"shake{n}"), TimeSpan.FromMilliseconds(500), encounter => load.ShakeAsync(encounter.Id)));
        return load;
    }

    /// <summary>Tokens given now, for offers later.</summary>
    public async Task<Queue<Handshake>> HoldAsync(int count)
    {
        var held = new Queue<Handshake>();
        for (var n = 0; n < count; n++)
        {
            var encounter = await Encounter.BeginAsync(Door, $"held{n}");
            if (await Handshake.BeginAsync(Door, encounter.Id) is { } handshake) held.Enqueue(handshake);
        }

        return held;
    }

    public async Task FinishAsync(Handshake handshake)
    {
        ArgumentNullException.ThrowIfNull(handshake);
        if (!await handshake.FinishAsync()) Interlocked.Increment(ref _lostHandshakes);
    }

    /// <summary>No new requests; those under way are finished.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running);
    }

    /// <summary>
    /// The longest time that a screen was without an item, counted from when it was acknowledged, or from a later moment: what it lacked
    /// until then is not counted.
    /// </summary>
    public TimeSpan LatestOnScreen(long since)
    {
        var ticks =
            from encounter in _encounters
            from screen in encounter.Screens
            from item in encounter.AcknowledgedAt
            where screen.ShownAt.ContainsKey(item.Key)
            select screen.ShownAt[item.Key] - Math.Max(item.Value, since);
        return Stopwatch.GetElapsedTime(0, ticks.DefaultIfEmpty().Max());
    }

    /// <summary>Compares what was acknowledged with what every instance tells and every screen shows.</summary>
    public async Task<Keeping> CompareAsync()
    {
        var keeping = new Keeping();
        foreach (var encounter in _encounters)
        {
            foreach (var instance in _fleet.Instances) keeping.Look(encounter, $"instance {instance.Name}", await encounter.ReadAsync(instance));
            foreach (var screen in encounter.Screens)
            {
                // What is missing at the end of the patience is counted as lost below.
                using var patience = new CancellationTokenSource(s_patience);
                while (!patience.IsCancellationRequested && !encounter.Acknowledged.All(screen.ShownAt.ContainsKey)) await Task.Delay(50, CancellationToken.None);
                keeping.Look(encounter, "a screen", screen.Items, screen.OutOfTurn);
            }
        }

        return keeping;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var encounter in _encounters) await encounter.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task<Encounter> BeginAsync(string name)
    {
        var encounter = await Encounter.BeginAsync(Door, name);
        _encounters.Add(encounter);
        encounter.Show(_fleet.Instances, _encounters.Count);
        encounter.Show(_fleet.Instances, _encounters.Count + 1);
        return encounter;
    }

    private async Task ShakeAsync(string session)
    {
        if (await Handshake.BeginAsync(Door, session) is { } handshake) await FinishAsync(handshake);
    }

    private async Task PaceAsync(Encounter encounter, TimeSpan every, Func<Encounter, Task> act)
    {
        await Task.Yield();
        using var pace = new PeriodicTimer(every);
        try
        {
            while (await pace.WaitForNextTickAsync(_stopping.Token)) await act(encounter);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Enough.
        }
    }
}
