using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace EmrSim.Server.Patients.Content;

/// <summary>
/// Checks a document against one of our own JSON Schemas at start, where a full schema library would cost half of the start.
/// Knows the keywords that content/schemas uses; a test keeps it in step with NJsonSchema.
/// </summary>
internal sealed class SchemaRules(JsonElement schema)
{
    private static readonly ConcurrentDictionary<string, Regex> s_patterns = new(StringComparer.Ordinal);

    public IReadOnlyList<(string Path, string Message)> Check(JsonElement document)
    {
        var found = new List<(string, string)>();
        Check(schema, document, "$", found);
        return found;
    }

    private void Check(JsonElement rule, JsonElement value, string path, List<(string, string)> found)
    {
        if (rule.Text("$ref") is { } reference) rule = schema.At("definitions", reference["#/definitions/".Length..]);
        if (!IsOfType(rule.At("type"), value))
        {
            found.Add((path, $"must be {TypeNames(rule.At("type"))}"));
            return;
        }

        if (rule.At("enum") is { ValueKind: JsonValueKind.Array } allowed && !allowed.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)))
            found.Add((path, $"must be one of {string.Join(", ", allowed.EnumerateArray().Select(static one => one.ToString()))}"));
        if (rule.At("anyOf") is { ValueKind: JsonValueKind.Array } choices && !choices.EnumerateArray().Any(choice => Fits(choice, value)))
            found.Add((path, "fits none of the allowed forms"));
        switch (value.ValueKind)
        {
            case JsonValueKind.Object: CheckObject(rule, value, path, found); break;
            case JsonValueKind.Array: CheckArray(rule, value, path, found); break;
            case JsonValueKind.String: CheckText(rule, value.GetString()!, path, found); break;
            case JsonValueKind.Number: CheckNumber(rule, value.GetDouble(), path, found); break;
        }
    }

    private bool Fits(JsonElement rule, JsonElement value)
    {
        var found = new List<(string, string)>();
        Check(rule, value, "$", found);
        return found.Count == 0;
    }

    private void CheckObject(JsonElement rule, JsonElement value, string path, List<(string, string)> found)
    {
        foreach (var name in rule.Texts("required"))
            if (!value.TryGetProperty(name, out _)) found.Add(($"{path}.{name}", "is missing"));
        var known = rule.At("properties");
        var others = rule.At("additionalProperties");
        foreach (var field in value.EnumerateObject())
        {
            if (known.At(field.Name) is { ValueKind: JsonValueKind.Object } fieldRule) Check(fieldRule, field.Value, $"{path}.{field.Name}", found);
            else if (others.ValueKind == JsonValueKind.Object) Check(others, field.Value, $"{path}.{field.Name}", found);
        }
    }

    private void CheckArray(JsonElement rule, JsonElement value, string path, List<(string, string)> found)
    {
        if (rule.Whole("minItems") is { } least && value.GetArrayLength() < least) found.Add((path, $"needs at least {least} entries"));
        if (rule.At("items") is not { ValueKind: JsonValueKind.Object } each) return;
        var index = 0;
        foreach (var item in value.EnumerateArray()) Check(each, item, $"{path}[{index++}]", found);
    }

    private static void CheckText(JsonElement rule, string value, string path, List<(string, string)> found)
    {
        if (rule.Whole("minLength") is { } least && value.Trim().Length < least) found.Add((path, $"needs at least {least} characters that are not blank"));
        if (rule.Text("pattern") is { } pattern && !s_patterns.GetOrAdd(pattern, static text => new Regex(text, RegexOptions.CultureInvariant)).IsMatch(value))
            found.Add((path, $"must match {pattern}"));
    }

    private static void CheckNumber(JsonElement rule, double value, string path, List<(string, string)> found)
    {
        if (rule.At("minimum") is { ValueKind: JsonValueKind.Number } least && value < least.GetDouble()) found.Add((path, $"must be at least {least}"));
        if (rule.At("maximum") is { ValueKind: JsonValueKind.Number } most && value > most.GetDouble()) found.Add((path, $"must be at most {most}"));
    }

    private static bool IsOfType(JsonElement type, JsonElement value) => type.ValueKind switch
    {
        JsonValueKind.String => IsOfType(type.GetString()!, value),
        JsonValueKind.Array => type.EnumerateArray().Any(one => IsOfType(one.GetString()!, value)),
        _ => true,
    };

    private static bool IsOfType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetDouble() is var number && Math.Floor(number) == number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => value.ValueKind == JsonValueKind.Null,
    };

    private static string TypeNames(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? string.Join(" or ", type.EnumerateArray().Select(static one => one.GetString())) : type.ToString();
}
