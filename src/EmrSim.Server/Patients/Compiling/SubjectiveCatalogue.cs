using System.Text.Json;
using System.Text.Json.Nodes;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Compiling;

/// <summary>
/// What can be asked: what the author lists, and where the author lists little, what the subjective part of the record says.
/// A systems review is always there.
/// </summary>
internal static class SubjectiveCatalogue
{
    private const int FullHistory = 12;

    public static JsonArray Complete(JsonElement listed, JsonElement subjective)
    {
        var catalogue = listed.ToNode() as JsonArray ?? [];
        var ids = catalogue.Select(static item => item?["id"]?.ToString()).ToHashSet(StringComparer.Ordinal);
        var derived = catalogue.Count < FullHistory ? RecordedHistory.Of(subjective) : [];
        foreach (var item in derived.Append(SystemsReview(subjective)))
            if (ids.Add(item.Id)) catalogue.Add((JsonNode)item.ToNode());
        return catalogue;
    }

    private static DerivedAnswer SystemsReview(JsonElement subjective)
    {
        var complaints = subjective.At("systems_review").Fields().SelectMany(static system => system.Value.Fields()).ToList();
        var present = complaints.Where(static one => one.Value.ValueKind == JsonValueKind.True).Select(static one => RecordWords.Plain(one.Name)).ToList();
        var line = present.Count > 0 ? $"Only {string.Join(", ", present)}; nothing else that I noticed." : "Nothing else that I noticed, the rest of me feels fine.";
        return new("systems_review", "Systems review", ["system review", "review of systems", "any other symptoms elsewhere", "heart lungs or stomach problems", "cardio", "neuro"], [line]);
    }
}

internal sealed record DerivedAnswer(string Id, string Label, IReadOnlyList<string> Patterns, IReadOnlyList<string> Lines)
{
    public JsonObject ToNode() => new()
    {
        ["id"] = Id,
        ["label"] = Label,
        ["patterns"] = new JsonArray([.. Patterns.Select(static pattern => JsonValue.Create(pattern))]),
        ["patient_response_script"] = new JsonObject { ["qualitative"] = new JsonArray([.. Lines.Select(static line => JsonValue.Create(line))]) },
    };
}
