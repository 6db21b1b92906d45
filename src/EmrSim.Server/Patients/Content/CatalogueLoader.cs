using EmrSim.Server.Patients.Compiling;

namespace EmrSim.Server.Patients.Content;

/// <summary>Reads a content directory. What is broken is left out and reported; nothing throws.</summary>
internal static class CatalogueLoader
{
    public static Catalogue Load(string root)
    {
        var problems = new ProblemList();
        var folder = new ContentFolder(Path.GetFullPath(root), ContentSchemas.BuiltIn, problems);
        if (!Directory.Exists(folder.Root)) problems.Error("CONTENT_DIRECTORY_MISSING", ".", "$", $"{folder.Root} is not there");
        var personas = PersonaFiles.Read(folder);
        var challenges = BankFiles.Read(folder, "challenges", "challenge", "CHALLENGE_SCHEMA_INVALID");
        var questions = BankFiles.Read(folder, "special_questions", "special-question", "SPECIAL_QUESTION_SCHEMA_INVALID");
        var kits = KitFiles.Read(folder);
        var (mapping, mappingFile) = KitFiles.ReadMapping(folder);
        var scenarios = new ScenarioFiles(folder, personas).Read(BankFiles.ReadModules(folder));
        var libraries = LibraryFiles.Read(folder);
        new CrossReferences(folder, personas, kits, mapping, mappingFile, challenges, questions).Check(scenarios);
        return new(
            folder.Root,
            personas,
            scenarios.ToDictionary(static entry => entry.Key, entry => WithSnapshot(entry.Value.Scenario, entry.Value.Scenario.Raw.Text("linked_persona_id"), personas), StringComparer.Ordinal),
            kits,
            mapping,
            challenges,
            questions,
            libraries,
            problems.All);
    }

    private static Scenario WithSnapshot(Scenario scenario, string? linked, Dictionary<string, Persona> personas)
    {
        if (linked is null || scenario.Raw.At("persona_snapshot").ValueKind == System.Text.Json.JsonValueKind.Object || !personas.TryGetValue(linked, out var persona)) return scenario;
        var node = scenario.Raw.ToNode()!;
        node["persona_snapshot"] = new System.Text.Json.Nodes.JsonObject
        {
            ["id"] = persona.Id,
            ["display_name"] = persona.DisplayName,
            ["age"] = persona.Raw.At("demographics").Whole("age"),
            ["sex"] = persona.Raw.Text("demographics", "sex"),
            ["headline"] = persona.Raw.Text("headline"),
        };
        return scenario with { Raw = node.ToElement() };
    }
}
