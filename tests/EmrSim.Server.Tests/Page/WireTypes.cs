using System.Text;
using System.Text.Json;

namespace EmrSim.Server.Tests.Page;

/// <summary>The page's types, written from the server's OpenAPI document.</summary>
public static class WireTypes
{
    public static string Write(JsonElement document)
    {
        var text = new StringBuilder("// Written from /openapi/v1.json; a test says how when it is out of date.\n");
        foreach (var schema in document.GetProperty("components").GetProperty("schemas").EnumerateObject().OrderBy(static schema => schema.Name, StringComparer.Ordinal))
        {
            text.Append('\n');
            Describe(text, schema.Value, "");
            if (schema.Value.TryGetProperty("properties", out var fields)) Interface(text, schema, fields);
            else text.Append($"export type {schema.Name} = {TypeOf(schema.Value)};\n");
        }

        return text.ToString();
    }

    private static void Interface(StringBuilder text, JsonProperty schema, JsonElement fields)
    {
        var required = schema.Value.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(static name => name.GetString()).ToHashSet() : [];
        text.Append($"export interface {schema.Name} {{\n");
        foreach (var field in fields.EnumerateObject())
        {
            Describe(text, field.Value, "  ");
            text.Append($"  {field.Name}{(required.Contains(field.Name) ? "" : "?")}: {TypeOf(field.Value)};\n");
        }

        text.Append("}\n");
    }

    private static void Describe(StringBuilder text, JsonElement schema, string indent)
    {
        if (schema.TryGetProperty("description", out var description)) text.Append($"{indent}/** {description.GetString()!.ReplaceLineEndings(" ")} */\n");
    }

    private static string TypeOf(JsonElement schema)
    {
        if (schema.TryGetProperty("$ref", out var reference)) return reference.GetString()!.Split('/')[^1];
        if (schema.TryGetProperty("oneOf", out var alternatives)) return string.Join(" | ", alternatives.EnumerateArray().Select(TypeOf).OrderBy(static type => type == "null"));
        if (!schema.TryGetProperty("type", out var type)) return "unknown";
        List<string> kinds = type.ValueKind == JsonValueKind.Array ? [.. type.EnumerateArray().Select(static kind => kind.GetString()!)] : [type.GetString()!];

        // Numbers are taken as text too, and never sent so.
        if (kinds.Any(static kind => kind is "integer" or "number")) kinds.Remove("string");
        return string.Join(" | ", kinds.OrderBy(static kind => kind == "null").Select(kind => Kind(kind, schema)));
    }

    private static string Kind(string kind, JsonElement schema) => kind switch
    {
        "integer" => "number",
        "array" => schema.TryGetProperty("items", out var items) ? Listed(TypeOf(items)) : "unknown[]",
        "object" when schema.TryGetProperty("properties", out var fields) => $"{{ {string.Join("; ", fields.EnumerateObject().Select(static field => $"{field.Name}: {TypeOf(field.Value)}"))} }}",
        "object" => schema.TryGetProperty("additionalProperties", out var values) && values.ValueKind == JsonValueKind.Object ? $"Record<string, {TypeOf(values)}>" : "Record<string, unknown>",
        _ => kind,
    };

    private static string Listed(string type) => type.Contains(' ', StringComparison.Ordinal) ? $"({type})[]" : $"{type}[]";
}
