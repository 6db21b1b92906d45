using System.Text.Json;

namespace EmrSim.Server.Patients.Content;

/// <summary>
/// A line of a script as it can be said. Sentences stay as they are; the notes of older content
/// ("aggravators: stairs", "fever_chills: false") become short sentences.
/// </summary>
internal static class ScriptLine
{
    public static string? Spoken(string written)
    {
        var text = CaseFile.Marker().Replace(written, "").Trim();
        if (text.Length == 0) return null;
        if (IsSentence(text)) return text;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0) return Sentence(text);
        var key = text[..colon].Replace('_', ' ').Trim();
        var value = text[(colon + 1)..].Trim();
        return value switch
        {
            "" or "[]" or "{}" or "null" => null,
            "false" => $"No {key}.",
            "true" => $"Yes, {key}.",
            ['{', ..] => Flags(value),
            _ when key.StartsWith("NRS", StringComparison.OrdinalIgnoreCase) => $"About {value} out of 10{(key.Length > 3 ? $" with {key[3..].Trim()}" : "")}.",
            _ => Sentence($"{key}: {value}"),
        };
    }

    public static string Observed(string written)
    {
        var text = CaseFile.Marker().Replace(written, "").Trim();
        return IsSentence(text) ? text : $"Finding: {text.Replace('_', ' ')}.";
    }

    public static IEnumerable<string> Measured(JsonElement script)
    {
        var measured = script.At("numeric").Fields().Where(static one => one.Value.ValueKind == JsonValueKind.Number).Select(static one => $"{one.Name.Replace('_', ' ')} {one.Value.Scalar()}")
            .Concat(script.At("binary_flags").Fields().Where(static one => one.Value.ValueKind is JsonValueKind.True or JsonValueKind.False).Select(static one => $"{one.Name.Replace('_', ' ')}: {one.Value.Scalar()}"))
            .ToList();
        return measured.Count == 0 ? [] : [$"Finding: {string.Join(", ", measured)}."];
    }

    private static bool IsSentence(string text) => text[^1] is '.' or '!' or '?' or '"' or '”' && text.Contains(' ', StringComparison.Ordinal);

    private static string Sentence(string text)
    {
        var plain = text.Replace('_', ' ').Trim();
        return plain.Length == 0 ? plain : $"{char.ToUpperInvariant(plain[0])}{plain[1..]}{(plain[^1] is '.' or '!' or '?' ? "" : ".")}";
    }

    private static string? Flags(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var present = document.RootElement.Fields().Where(static one => one.Value.ValueKind == JsonValueKind.True).Select(static one => one.Name.Replace('_', ' ')).ToList();
            var absent = document.RootElement.Fields().Where(static one => one.Value.ValueKind == JsonValueKind.False).Select(static one => one.Name.Replace('_', ' ')).ToList();
            return present.Count > 0 ? $"Yes, {string.Join(", ", present)}." : absent.Count > 0 ? $"No {string.Join(", no ", absent)}." : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
