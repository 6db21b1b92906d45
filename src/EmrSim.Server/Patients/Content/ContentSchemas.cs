using System.Collections.Concurrent;
using System.Text.Json;

namespace EmrSim.Server.Patients.Content;

/// <summary>Our JSON Schemas, which are also those of content from elsewhere.</summary>
internal sealed class ContentSchemas(string directory)
{
    private readonly ConcurrentDictionary<string, SchemaRules> _rules = new(StringComparer.Ordinal);

    public static string BuiltInContent => Path.Combine(AppContext.BaseDirectory, "content");

    public static ContentSchemas BuiltIn { get; } = new(Path.Combine(BuiltInContent, "schemas"));

    public string PathOf(string name) => Path.Combine(directory, $"{name}.schema.json");

    /// <summary>False, and everything reported, when the document breaks the named schema.</summary>
    public bool Accepts(string name, JsonElement document, string code, string file, string at, ProblemList problems)
    {
        var broken = _rules.GetOrAdd(name, Load).Check(document);
        foreach (var (path, message) in broken) problems.Error(code, file, at + path[1..], message);
        return broken.Count == 0;
    }

    private SchemaRules Load(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(PathOf(name)));
        return new(document.RootElement.Clone());
    }
}
