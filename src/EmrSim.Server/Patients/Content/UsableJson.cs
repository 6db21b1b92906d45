using System.Text.Json;

namespace EmrSim.Server.Patients.Content;

/// <summary>
/// Finds what the grammar of JSON allows and no reader can use: half surrogate pairs and zero bytes, the same name twice (which of
/// the two did the author mean?), nesting deeper than what is written from it may have.
/// </summary>
internal static class UsableJson
{
    private const int Deepest = 48;
    private const int LongestName = 60;

    public static IEnumerable<(string Path, string Message)> Faults(JsonElement element, string path = "$", int depth = 0)
    {
        if (depth > Deepest) return [(path, $"is nested more than {Deepest} deep")];
        return element.ValueKind switch
        {
            JsonValueKind.String => FaultOf(element) is { } fault ? [(path, fault)] : [],
            JsonValueKind.Array => element.EnumerateArray().SelectMany((item, index) => Faults(item, $"{path}[{index}]", depth + 1)),
            JsonValueKind.Object => FaultsOfObject(element, path, depth),
            _ => [],
        };
    }

    private static IEnumerable<(string Path, string Message)> FaultsOfObject(JsonElement element, string path, int depth)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in element.EnumerateObject())
        {
            if (NameOf(field) is not { } name)
            {
                yield return (path, "has a name that is not readable text");
                continue;
            }

            var at = $"{path}.{(name.Length <= LongestName ? name : $"{name[..LongestName]}…")}";
            if (!names.Add(name)) yield return (at, "is there twice");
            foreach (var fault in Faults(field.Value, at, depth + 1)) yield return fault;
        }
    }

    private static string? FaultOf(JsonElement text)
    {
        try
        {
            return text.GetString()!.Contains('\0', StringComparison.Ordinal) ? "holds a zero character" : null;
        }
        catch (InvalidOperationException)
        {
            return "is not readable text (half a surrogate pair, or not UTF-8)";
        }
    }

    private static string? NameOf(JsonProperty field)
    {
        try
        {
            return field.Name.Contains('\0', StringComparison.Ordinal) ? null : field.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
