namespace EmrSim.Fleet.Tests.Traffic;

/// <summary>One request at one instance.</summary>
/// <param name="At">When it was sent, as a timestamp of the clock.</param>
/// <param name="Outcome">ok, refused, cut, late, or the status.</param>
/// <param name="IsLast">False when the balancer went on to another instance.</param>
public sealed record Attempt(string Kind, string Instance, long At, TimeSpan Took, string Outcome, bool IsLast)
{
    public bool IsOk => Outcome == "ok";
}
