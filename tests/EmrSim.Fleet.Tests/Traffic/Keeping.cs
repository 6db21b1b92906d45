namespace EmrSim.Fleet.Tests.Traffic;

/// <summary>Whether what was acknowledged is there, once and in its order, wherever one looks.</summary>
public sealed class Keeping
{
    private readonly List<string> _complaints = [];

    public int Lost { get; private set; }

    /// <summary>Items that are there twice, that nobody said, or whose words are others than were said.</summary>
    public int Doubled { get; private set; }

    public int Misordered { get; private set; }

    public string Complaints => string.Join('\n', _complaints);

    public void Look(Encounter encounter, string where, IReadOnlyList<SeenItem> seen, int outOfTurn = 0)
    {
        ArgumentNullException.ThrowIfNull(encounter);
        ArgumentNullException.ThrowIfNull(seen);
        var found = seen.Select(static item => item.Id).ToList();
        var missing = encounter.Acknowledged.Except(found).ToList();
        var once = found.Distinct().ToList();
        var strange = seen.Where(item => !encounter.Said(item)).ToList();
        var doubled = found.Count - once.Count + strange.Count;
        var wrong = encounter.Acknowledged.Except(missing).Zip(once.Where(encounter.Acknowledged.Contains)).Count(static pair => pair.First != pair.Second) + outOfTurn;
        Lost += missing.Count;
        Doubled += doubled;
        Misordered += wrong;
        if (missing.Count + doubled + wrong > 0)
            _complaints.Add($"{encounter.Name} ({encounter.Id}) at {where}: {encounter.Acknowledged.Count} acknowledged, {found.Count} found, {wrong} out of order, missing {string.Join(' ', missing.Take(5))}, not said {string.Join(' ', strange.Take(5))}");
    }
}
