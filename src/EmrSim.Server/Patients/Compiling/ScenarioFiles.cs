using System.Text.Json;
using System.Text.Json.Nodes;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Compiling;

/// <summary>Reads scenarios: folders with a header, and compiled files, alone or in lists. A folder wins over a compiled copy of it.</summary>
internal sealed class ScenarioFiles(ContentFolder folder, Dictionary<string, Persona> personas)
{
    private const string Header = "scenario.header.json";
    private readonly Dictionary<string, (Scenario Scenario, string File)> _scenarios = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, (Scenario Scenario, string File)> Read(IReadOnlyDictionary<string, JsonElement> modules)
    {
        var files = folder.JsonFilesUnder("scenarios");
        var bundles = files.Where(static file => Path.GetFileName(file) == Header).Select(static file => Path.GetDirectoryName(file)!).ToList();
        foreach (var directory in bundles) ReadBundle(directory, modules);
        var fromBundles = _scenarios.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var file in files.Where(file => !bundles.Exists(bundle => file.StartsWith(bundle + Path.DirectorySeparatorChar, StringComparison.Ordinal)))) ReadCompiled(file, fromBundles);
        return _scenarios;
    }

    private void ReadBundle(string directory, IReadOnlyDictionary<string, JsonElement> modules)
    {
        var path = Path.Combine(directory, Header);
        if (folder.Read(path) is not { } header || !folder.Accepts("scenario-header", header, "SCENARIO_SCHEMA_INVALID", path)) return;
        var sketch = Path.Combine(directory, "persona.json");
        if (File.Exists(sketch) && folder.Read(sketch) is { } person && person.At("demographics").ValueKind == JsonValueKind.Object) PersonaFiles.Add(folder, personas, person, sketch, "$");
        Add(BundleCompiler.Compile(folder, directory, header, modules), path, "$");
    }

    private void ReadCompiled(string path, HashSet<string> fromBundles)
    {
        if (folder.Read(path) is not { } document) return;
        var (list, at) = document.ValueKind == JsonValueKind.Object && document.At("scenarios").ValueKind == JsonValueKind.Array ? (document.At("scenarios"), "$.scenarios") : (document, "$");
        var index = 0;
        if (list.ValueKind == JsonValueKind.Array && list.GetArrayLength() == 0) folder.Problems.Warn("FILE_EMPTY", folder.Relative(path), at, "holds no scenario");
        foreach (var entry in list.ValueKind == JsonValueKind.Array ? list.AsItems() : [list])
        {
            var place = list.ValueKind == JsonValueKind.Array ? $"{at}[{index++}]" : at;
            var isWrapped = entry.At("scenario").ValueKind == JsonValueKind.Object;
            var scenario = isWrapped ? entry.At("scenario") : entry;
            if (scenario.Text("scenario_id") is { } id && fromBundles.Contains(id)) continue;
            if (!folder.Accepts("scenario", scenario, "SCENARIO_SCHEMA_INVALID", path, isWrapped ? $"{place}.scenario" : place)) continue;
            var node = (JsonObject)scenario.ToNode()!;
            node["content_version"] ??= entry.Text("content_version");
            if (entry.At("persona", "data") is { ValueKind: JsonValueKind.Object } person && person.Text("patient_id") is { } personId && !personas.ContainsKey(personId))
                PersonaFiles.Add(folder, personas, person, path, $"{place}.persona.data");
            Add(node, path, place);
        }
    }

    private void Add(JsonObject node, string path, string at)
    {
        var id = node["scenario_id"]!.GetValue<string>();
        node["student_case_id"] ??= StudentCaseId.For(id);
        var draft = node.ToElement();
        node["subjective_catalog"] = SubjectiveCatalogue.Complete(draft.At("subjective_catalog"), draft.At("soap", "subjective"));
        node["objective_catalog"] = ObjectiveCatalogue.Complete(draft.At("objective_catalog"), draft.At("soap", "objective"), draft.Text("region")!);
        var raw = node.ToElement();
        var media = new Dictionary<string, MediaAsset>(StringComparer.Ordinal);
        foreach (var asset in raw.Items("media_library"))
            media.TryAdd(asset.Text("id")!, new(asset.Text("id")!, asset.Text("type")!, asset.Text("url")!, asset.Text("caption") ?? ""));
        if (!_scenarios.TryAdd(id, (new(id, raw.Text("title")!, media, raw), folder.Relative(path))))
            folder.Problems.Error("DUPLICATE_SCENARIO_ID", folder.Relative(path), $"{at}.scenario_id", $"{id} is there already, in {_scenarios[id].File}");
    }
}
