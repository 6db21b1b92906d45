using System.Text.Json;

namespace EmrSim.Server.Patients.Content;

/// <summary>A content directory on disk. A file that cannot be read is a problem to report, never an end.</summary>
internal sealed class ContentFolder(string root, ContentSchemas schemas, ProblemList problems)
{
    private const int MostFaults = 20;
    private static readonly JsonDocumentOptions s_lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 128 };
    private static readonly HashSet<string> s_bookkeeping = new(StringComparer.OrdinalIgnoreCase) { "manifest.json", "index.json", "report.json", "dependencies.json" };

    public string Root => root;

    public ProblemList Problems => problems;

    public ContentSchemas Schemas => schemas;

    public string Relative(string path) => Path.GetRelativePath(root, path).Replace('\\', '/');

    public string FullPath(params string[] parts) => Path.GetFullPath(Path.Combine([root, .. parts]));

    /// <summary>All authored JSON files below a folder, in the same order on every machine.</summary>
    public IReadOnlyList<string> JsonFilesUnder(params string[] folder)
    {
        var path = FullPath(folder);
        if (!Directory.Exists(path)) return [];
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 8 };
        return [.. Directory.EnumerateFiles(path, "*.json", options).Where(static file => !s_bookkeeping.Contains(Path.GetFileName(file))).Order(StringComparer.Ordinal)];
    }

    public JsonElement? Read(string path, string missingCode = "FILE_MISSING", string brokenCode = "FILE_INVALID_JSON")
    {
        try
        {
            using var document = JsonDocument.Parse(WithoutMark(File.ReadAllBytes(path)), s_lenient);
            var faults = UsableJson.Faults(document.RootElement).Take(MostFaults).ToList();
            if (faults.Count == 0) return document.RootElement.Clone();
            foreach (var (at, message) in faults) problems.Error(brokenCode, Relative(path), at, message);
        }
        catch (JsonException broken)
        {
            problems.Error(brokenCode, Relative(path), "$", $"is not JSON: line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1}");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            problems.Error(missingCode, Relative(path), "$", "cannot be read");
        }

        return null;
    }

    public bool Accepts(string schema, JsonElement document, string code, string path, string at = "$") =>
        schemas.Accepts(schema, document, code, Relative(path), at, problems);

    // Editors on Windows begin a file with it.
    private static ReadOnlyMemory<byte> WithoutMark(byte[] text) => text is [0xEF, 0xBB, 0xBF, ..] ? text.AsMemory(3) : text;
}
