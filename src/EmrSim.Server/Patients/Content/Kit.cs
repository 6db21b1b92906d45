using System.Text.Json;

namespace EmrSim.Server.Patients.Content;

internal sealed record Kit(string CaseId, IReadOnlyList<KitChunk> Chunks, JsonElement Raw);

internal sealed record KitChunk(
    string Id,
    string Text,
    string? Title,
    string Type,
    IReadOnlyList<string> Tags,
    IReadOnlyList<string> Roles,
    IReadOnlyList<string> Phases,
    IReadOnlyList<string> Audiences,
    double Weight)
{
    private static readonly string[] s_secretTags = ["ground_truth", "spoiler", "faculty", "marking"];

    /// <summary>The answer to the case, whatever audience its author gave it.</summary>
    public bool IsGroundTruth => Type == "ground_truth" || Tags.Any(static tag => s_secretTags.Contains(tag, StringComparer.OrdinalIgnoreCase));

    public bool IsForStudents => !IsGroundTruth && (Audiences.Count == 0 || Audiences.Contains("student", StringComparer.Ordinal));

    public static KitChunk From(JsonElement raw) => new(
        raw.Text("id")!,
        raw.Text("text")!,
        raw.Text("title"),
        raw.Text("chunk_type") ?? "other",
        raw.Texts("tags"),
        raw.Texts("roles"),
        raw.Texts("phases"),
        raw.Texts("audiences"),
        raw.At("weight") is { ValueKind: JsonValueKind.Number } weight ? weight.GetDouble() : 0.5);
}

internal sealed record KitMapping(string CaseId, IReadOnlyList<string> Personas);
