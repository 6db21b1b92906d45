using System.Text.Json;
using System.Text.Json.Nodes;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Compiling;

/// <summary>
/// What can be examined: what the author lists, and for the rest what the objective part of the record says.
/// An author's item always wins over one that is derived here.
/// </summary>
internal static class ObjectiveCatalogue
{
    public static JsonArray Complete(JsonElement listed, JsonElement objective, string region)
    {
        var catalogue = listed.ToNode() as JsonArray ?? [];
        foreach (var item in RecordedExaminations.Of(objective, region).Concat(RegionStubs.For(region)))
            if (!catalogue.Any(known => Covers(known!, item))) catalogue.Add((JsonNode)item.ToNode(region));
        return catalogue;
    }

    private static bool Covers(JsonNode known, DerivedExamination derived)
    {
        var words = Words($"{known["test_id"]} {known["label"]} {string.Join(' ', (known["patterns"] as JsonArray ?? []).Select(static one => one?.ToString()))}");
        return derived.Keys.Any(key => Words(key).IsSubsetOf(words));
    }

    private static HashSet<string> Words(string text) =>
        [.. text.ToLowerInvariant().Split([' ', '_', '-', '\'', ':', '/', '(', ')', ','], StringSplitOptions.RemoveEmptyEntries).Where(static word => word is not ("test" or "tmpl" or "s"))];
}

/// <param name="Keys">When an author's item holds all words of one of these, this one is not needed.</param>
internal sealed record DerivedExamination(string Id, string Label, IReadOnlyList<string> Keys, IReadOnlyList<string> Findings, JsonElement Numeric = default, JsonElement Flags = default)
{
    public JsonObject ToNode(string region)
    {
        var script = new JsonObject();
        if (Findings.Count > 0) script["qualitative"] = new JsonArray([.. Findings.Select(static line => JsonValue.Create(line))]);
        if (Numeric.ValueKind == JsonValueKind.Object) script["numeric"] = Numeric.ToNode();
        if (Flags.ValueKind == JsonValueKind.Object) script["binary_flags"] = Flags.ToNode();
        return new() { ["test_id"] = Id, ["label"] = Label, ["region"] = region, ["patient_output_script"] = script };
    }
}
