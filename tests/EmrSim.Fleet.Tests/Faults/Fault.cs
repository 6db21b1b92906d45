using EmrSim.Fleet.Tests.Instances;

namespace EmrSim.Fleet.Tests.Faults;

/// <summary>Something that goes wrong and is put right again.</summary>
/// <param name="Begin">Lets it go wrong.</param>
/// <param name="Repair">Puts it right; null when it mends itself or is over when <paramref name="Begin"/> is.</param>
public sealed record Fault(string Name, Func<RunningFleet, Task> Begin, Func<RunningFleet, Task>? Repair = null)
{
    /// <summary>What health says meanwhile, and of whom; null when nothing is to be said.</summary>
    public (string Status, Func<RunningFleet, IEnumerable<Instance>> Of)? Says { get; init; }

    /// <summary>Waits until another server has taken over by itself: recovery is counted from there, and what health says may be over by then.</summary>
    public Func<RunningFleet, Task>? TakenOver { get; init; }

    /// <summary>How long it stays wrong; in the full form longer.</summary>
    public TimeSpan Lasts { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan LastsInFull { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The most that one request at one instance may take, where it is not that of every fault.</summary>
    public TimeSpan? Budget { get; init; }

    /// <summary>The most that may pass from the repair, or from when another server has taken over, until all say that they are well; null where it is no measure.</summary>
    public TimeSpan? RecoversWithin { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Whether requests that are refused or cut may be taken elsewhere; else not one error is forgiven.</summary>
    public bool MayRetry { get; init; }

    /// <summary>Whether Redis keeps its data, so that no voice token may have to be minted again.</summary>
    public bool KeepsTokens { get; init; }

    /// <summary>What is put back when the run is over.</summary>
    public Func<RunningFleet, Task>? AfterAll { get; init; }

    public static (string, Func<RunningFleet, IEnumerable<Instance>>) All(string status) => (status, static fleet => fleet.Instances);
}
