using System.Text.Json.Serialization;

namespace EmrSim.Contracts;

/// <summary>Something shown beside the words.</summary>
/// <param name="Id">Its id in the scenario's media library.</param>
/// <param name="Url">Where it is.</param>
/// <param name="Type">image, video or youtube.</param>
/// <param name="Title">What is written under it.</param>
public sealed record MediaRef(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("url"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Url = null,
    [property: JsonPropertyName("type"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Type = null,
    [property: JsonPropertyName("title"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Title = null);
