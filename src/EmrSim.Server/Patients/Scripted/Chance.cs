using EmrSim.Server.Patients.Compiling;

namespace EmrSim.Server.Patients.Scripted;

/// <summary>Variety without chance: the same encounter and occasion give the same choice on every instance.</summary>
internal static class Chance
{
    public static int Below(int count, string encounterId, string occasion)
    {
        var hash = StudentCaseId.Fnv($"{encounterId}\n{occasion}");
        hash ^= hash >> 16;
        hash *= 0x85ebca6b;
        hash ^= hash >> 13;
        return (int)(hash % (uint)count);
    }

    public static string One(IReadOnlyList<string> options, string encounterId, string occasion) => options[Below(options.Count, encounterId, occasion)];

    /// <summary>One that was not the last thing said.</summary>
    public static string Fresh(IReadOnlyList<string> options, string encounterId, string occasion, string? last)
    {
        var start = Below(options.Count, encounterId, occasion);
        for (var step = 0; step < options.Count; step++)
        {
            var option = options[(start + step) % options.Count];
            if (last is null || !last.Contains(option, StringComparison.OrdinalIgnoreCase)) return option;
        }

        return options[start];
    }
}
