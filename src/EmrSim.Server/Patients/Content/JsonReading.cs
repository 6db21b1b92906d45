using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EmrSim.Server.Patients.Content;

/// <summary>Reads authored JSON leniently: what is missing or of another kind is simply not there.</summary>
internal static class JsonReading
{
    public static JsonElement At(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    public static JsonElement At(this JsonElement element, string name, string inner) => element.At(name).At(inner);

    public static string? Text(this JsonElement element, string name) => element.At(name).AsText();

    public static string? Text(this JsonElement element, string name, string inner) => element.At(name).Text(inner);

    public static string? AsText(this JsonElement element) =>
        element.ValueKind == JsonValueKind.String && element.GetString() is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    public static int? Whole(this JsonElement element, string name) =>
        element.At(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetDouble(out var value) && Math.Abs(value) < int.MaxValue ? (int)value : null;

    public static bool Flag(this JsonElement element, string name) => element.At(name).ValueKind == JsonValueKind.True;

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) => element.At(name).AsItems();

    public static IEnumerable<JsonElement> AsItems(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];

    public static IEnumerable<JsonProperty> Fields(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Object ? element.EnumerateObject() : [];

    /// <summary>A list of texts, also when the author wrote a single text.</summary>
    public static IReadOnlyList<string> Texts(this JsonElement element, string name)
    {
        var value = element.At(name);
        return value.AsText() is { } single ? [single] : [.. value.AsItems().Select(AsText).OfType<string>()];
    }

    /// <summary>Any scalar in words; null for objects, lists and nothing.</summary>
    public static string? Scalar(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.AsText(),
        JsonValueKind.Number => element.GetDouble().ToString(CultureInfo.InvariantCulture),
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        _ => null,
    };

    public static JsonNode? ToNode(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        JsonValueKind.Object => JsonObject.Create(element)!.DeepClone(),
        JsonValueKind.Array => JsonArray.Create(element)!.DeepClone(),
        _ => JsonValue.Create(element),
    };

    public static JsonElement ToElement(this JsonNode node) => JsonElement.Parse(node.ToJsonString());
}
