using System.Text.Json;
using System.Text.Json.Nodes;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Compiling;

/// <summary>Where the encounter takes place: shared modules, then the folder's own, then what the header says; the later wins.</summary>
internal static class ScenarioContext
{
    public static JsonObject Compile(ContentFolder folder, string directory, JsonElement header, JsonObject soap, IReadOnlyDictionary<string, JsonElement> modules)
    {
        var context = new JsonObject();
        foreach (var reference in header.At("linkage").Items("active_context_modules"))
        {
            var id = reference.AsText() ?? reference.Text("module_id");
            var module = default(JsonElement);
            if (id is not null && (modules.TryGetValue($"{id}@{reference.Text("version")}", out module) || modules.TryGetValue(id, out module))) Lay(context, module);
            else folder.Problems.Warn("CONTEXT_MODULE_NOT_FOUND", folder.Relative(Path.Combine(directory, "scenario.header.json")), "$.linkage.active_context_modules", $"there is no module {id}");
        }

        foreach (var path in Directory.EnumerateFiles(directory, "*.module.json").Order(StringComparer.Ordinal))
            if (folder.Read(path) is { } own) Lay(context, own);
        Lay(context, header.At("scenario_context"));
        if (context["goals"] is null && soap["subjective"]?["goals"] is JsonArray goals) context["goals"] = goals.DeepClone();
        if (context["environment"] is null && soap["subjective"]?["sdoh"]?["home_environment"] is JsonValue home) context["environment"] = home.DeepClone();
        return context;
    }

    private static void Lay(JsonObject context, JsonElement layer)
    {
        foreach (var field in layer.Fields()) context[field.Name] = field.Value.ToNode();
    }
}
