using System.Text.Json;
using System.Text.Json.Nodes;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Compiling;

/// <summary>Turns a scenario folder into the one object that runs.</summary>
internal static class BundleCompiler
{
    private static readonly string[] s_soapParts = ["subjective", "objective", "assessment", "plan"];

    public static JsonObject Compile(ContentFolder folder, string directory, JsonElement header, IReadOnlyDictionary<string, JsonElement> modules)
    {
        var scenario = (JsonObject)header.ToNode()!;
        var meta = header.At("meta");
        foreach (var key in new[] { "title", "region", "difficulty", "setting", "tags" }) scenario[key] ??= meta.At(key).ToNode();
        scenario["student_case_id"] ??= StudentCaseId.For(header.Text("scenario_id")!);
        var linkage = header.At("linkage");
        if (Part(folder, directory, linkage.Text("instructions_file"), "instructions.json") is { } instructions) scenario["instructions"] = instructions.ToNode();
        var soap = scenario["soap"] as JsonObject ?? [];
        foreach (var part in s_soapParts)
            if (Part(folder, directory, linkage.Text($"soap_{part}_file"), $"soap.{part}.json") is { } text) soap[part] = text.ToNode();
        scenario["soap"] = soap.Parent is null ? soap : scenario["soap"];
        if (Checklist(folder, directory, linkage.Text("checklist_file")) is { } checklist) scenario["checklist"] = checklist.ToNode();
        if (linkage.Text("persona_id") is { } persona) scenario["linked_persona_id"] ??= persona;
        if (scenario["linked_persona_id"] is null && Part(folder, directory, null, "persona.json") is { } sketch && sketch.At("demographics").ValueKind == JsonValueKind.Undefined)
            scenario["persona_snapshot"] ??= Snapshot(sketch);
        scenario["scenario_context"] = ScenarioContext.Compile(folder, directory, header, soap, modules);
        return scenario;
    }

    private static JsonObject Snapshot(JsonElement sketch) => new()
    {
        ["id"] = sketch.Text("persona_id"),
        ["display_name"] = sketch.Text("name"),
        ["age"] = sketch.Whole("age"),
        ["sex"] = sketch.Text("sex"),
        ["headline"] = sketch.Text("headline"),
    };

    private static JsonElement? Checklist(ContentFolder folder, string directory, string? named)
    {
        var path = InFolder(directory, named) ?? Path.Combine(directory, "checklist.json");
        return Part(folder, directory, named, "checklist.json") is { } checklist && folder.Accepts("checklist", checklist, "CHECKLIST_SCHEMA_INVALID", path) ? checklist : null;
    }

    private static JsonElement? Part(ContentFolder folder, string directory, string? named, string usual)
    {
        var path = InFolder(directory, named);
        if (named is not null && path is null)
            folder.Problems.Error("BUNDLE_FILE_OUTSIDE", folder.Relative(Path.Combine(directory, "scenario.header.json")), "$.linkage", $"{named} lies outside the scenario's folder");
        path ??= Path.Combine(directory, usual);
        if (!File.Exists(path))
        {
            if (named is not null) folder.Problems.Warn("BUNDLE_FILE_MISSING", folder.Relative(path), "$", "is named in the header but is not there");
            return null;
        }

        if (folder.Read(path) is not { } part) return null;
        if (part.ValueKind == JsonValueKind.Object) return part;
        folder.Problems.Error("BUNDLE_FILE_INVALID", folder.Relative(path), "$", "must be object");
        return null;
    }

    private static string? InFolder(string directory, string? named)
    {
        if (named is null) return null;
        var path = Path.GetFullPath(Path.Combine(directory, named));
        return path.StartsWith(Path.GetFullPath(directory) + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? path : null;
    }
}
