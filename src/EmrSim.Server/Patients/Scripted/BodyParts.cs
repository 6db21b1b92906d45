namespace EmrSim.Server.Patients.Scripted;

/// <summary>A test of the leg is not meant when the arm was named.</summary>
internal static class BodyParts
{
    private static readonly HashSet<string> s_parts = new(StringComparer.Ordinal)
    {
        "arm", "hand", "shoulder", "neck", "elbow", "wrist", "head", "knee", "leg", "foot", "hip", "back", "spine", "ankle", "toe", "thumb", "chest", "calf", "thigh", "heel",
    };

    public static IReadOnlySet<string> In(string normalised) =>
        normalised.Split(' ').Select(static word => Concepts.Of(word) ?? Words.Stem(word)).Where(s_parts.Contains).ToHashSet(StringComparer.Ordinal);

    public static bool Differ(string clause, IReadOnlySet<string> others) =>
        others.Count > 0 && In(clause) is { Count: > 0 } named && !named.Overlaps(others);
}
