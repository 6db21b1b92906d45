using System.Text.Json;

namespace EmrSim.Server.Patients.Content;

/// <summary>Reads the kits of facts and which scenario uses which kit.</summary>
internal static class KitFiles
{
    public static Dictionary<string, Kit> Read(ContentFolder folder)
    {
        var kits = new Dictionary<string, Kit>(StringComparer.Ordinal);
        var parent = folder.FullPath("kits");
        if (!Directory.Exists(parent)) return kits;
        foreach (var directory in Directory.EnumerateDirectories(parent).Order(StringComparer.Ordinal))
        {
            var path = Path.Combine(directory, "kit.json");
            if (folder.Read(path, "KIT_FILE_MISSING", "KIT_FILE_INVALID_JSON") is not { } raw || !folder.Accepts("kit", raw, "KIT_SCHEMA_INVALID", path)) continue;
            var kit = new Kit(raw.Text("case_id")!, [.. raw.Items("chunks").Select(KitChunk.From)], raw);
            if (Check(folder, kit, path, Path.GetFileName(directory)) && !kits.TryAdd(kit.CaseId, kit))
                folder.Problems.Error("DUPLICATE_KIT_ID", folder.Relative(path), "$.case_id", $"{kit.CaseId} is there already");
        }

        return kits;
    }

    /// <summary>The mapping, and the file that it is in.</summary>
    public static (Dictionary<string, KitMapping> Mapping, string File) ReadMapping(ContentFolder folder)
    {
        var mapping = new Dictionary<string, KitMapping>(StringComparer.Ordinal);
        string[][] places = [["kits", "kit-mapping.json"], ["kit-mapping.json"], ["config", "kit-mapping.json"], ["..", "config", "kit-mapping.json"]];
        var path = places.Select(folder.FullPath).FirstOrDefault(File.Exists);
        var file = folder.Relative(path ?? folder.FullPath(places[0]));
        if (path is null || folder.Read(path) is not { } raw || !folder.Accepts("kit-mapping", raw, "KIT_MAPPING_INVALID", path)) return (mapping, file);
        foreach (var entry in raw.EnumerateObject().Where(static entry => !entry.Name.StartsWith('$')))
        {
            mapping[entry.Name] = entry.Value.AsText() is { } caseId
                ? new(caseId, [])
                : new(entry.Value.Text("case_id")!, Personas(entry.Value));
        }

        return (mapping, file);
    }

    private static IReadOnlyList<string> Personas(JsonElement entry) =>
    [
        .. entry.Items("personas")
            .Select(static one => (Id: one.AsText() ?? one.Text("id"), Weight: one.At("weight") is { ValueKind: JsonValueKind.Number } weight ? weight.GetDouble() : 1))
            .Where(static one => one.Id is not null)
            .OrderByDescending(static one => one.Weight)
            .Select(static one => one.Id!)
            .Distinct(StringComparer.Ordinal),
    ];

    private static bool Check(ContentFolder folder, Kit kit, string path, string directory)
    {
        var file = folder.Relative(path);
        if (!string.Equals(kit.CaseId, directory, StringComparison.Ordinal))
            folder.Problems.Warn("KIT_ID_MISMATCH", file, "$.case_id", $"{kit.CaseId} is in the folder {directory}");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var unique = true;
        for (var index = 0; index < kit.Chunks.Count; index++)
        {
            var chunk = kit.Chunks[index];
            if (!seen.Add(chunk.Id))
            {
                unique = false;
                folder.Problems.Error("DUPLICATE_CHUNK_ID", file, $"$.chunks[{index}].id", $"{chunk.Id} is there twice");
            }

            if (chunk.IsGroundTruth && !(chunk.Audiences is ["faculty"]))
                folder.Problems.Warn("GROUND_TRUTH_AUDIENCE_WEAK", file, $"$.chunks[{index}].audiences", $"{chunk.Id} tells the answer and must be for faculty only; it is treated so");
        }

        return unique;
    }
}
