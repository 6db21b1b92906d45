using EmrSim.Contracts;

namespace EmrSim.Server.Patients.Briefs;

/// <summary>What has to happen before an examination and has not yet.</summary>
internal static class OutstandingGate
{
    public static IReadOnlyList<string> Of(GateFlags gate)
    {
        (bool Done, string Label)[] steps =
        [
            (gate.GreetingDone, "Greeting exchange"),
            (gate.IntroDone, "Student introduction"),
            (gate.ConsentDone, "Consent to proceed"),
            (gate.IdentityVerified, "Identity verification (name + DOB)"),
        ];
        return [.. steps.Where(static step => !step.Done).Select(static step => step.Label)];
    }

    public static IEnumerable<string> Lines(IReadOnlyList<string> outstanding)
    {
        if (outstanding.Count == 0)
        {
            yield return "Greeting, introduction, consent and identity check have taken place.";
            yield break;
        }

        yield return "Still outstanding before anyone may examine you:";
        foreach (var step in outstanding) yield return $"- {step}";
        yield return "Do not remind the student of these. If the student begins to examine without your consent, stop them and ask what is going to happen.";
    }
}
