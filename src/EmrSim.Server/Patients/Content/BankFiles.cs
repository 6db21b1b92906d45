using System.Text.Json;

namespace EmrSim.Server.Patients.Content;

/// <summary>Reads the banks that scenarios refer to by id.</summary>
internal static class BankFiles
{
    public static Dictionary<string, JsonElement> Read(ContentFolder folder, string bank, string schema, string code)
    {
        var entries = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var path in folder.JsonFilesUnder("banks", bank))
        {
            if (folder.Read(path) is not { } document) continue;
            var isList = document.ValueKind == JsonValueKind.Array;
            var index = 0;
            foreach (var entry in isList ? document.AsItems() : [document])
            {
                var at = isList ? $"$[{index++}]" : "$";
                if (!folder.Accepts(schema, entry, code, path, at)) continue;
                if (!entries.TryAdd(entry.Text("id")!, entry)) folder.Problems.Error("DUPLICATE_BANK_ID", folder.Relative(path), $"{at}.id", $"{entry.Text("id")} is there already");
            }
        }

        return entries;
    }

    /// <summary>Context modules by "module_id" and "module_id@version"; the newest version last in name order answers to the bare id.</summary>
    public static Dictionary<string, JsonElement> ReadModules(ContentFolder folder)
    {
        var modules = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var path in folder.JsonFilesUnder("banks", "modules"))
        {
            if (folder.Read(path) is not { } module) continue;
            if (module.Text("module_id") is not { } id)
            {
                folder.Problems.Error("MODULE_ID_MISSING", folder.Relative(path), "$.module_id", "is missing");
                continue;
            }

            modules[id] = module;
            if (module.Text("module_version") is { } version) modules[$"{id}@{version}"] = module;
        }

        return modules;
    }
}
