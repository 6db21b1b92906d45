using System.Text.Json.Serialization;

namespace EmrSim.Contracts;

/// <summary>What the student thinks of the encounter before anyone else has judged it.</summary>
/// <param name="WentWell">What went well.</param>
/// <param name="ToImprove">What the student would do differently.</param>
/// <param name="TakeAway">What the student takes along.</param>
/// <param name="WrittenAt">When it was last written; null when nothing was written yet.</param>
public sealed record Reflection(
    [property: JsonPropertyName("went_well")] string WentWell,
    [property: JsonPropertyName("to_improve")] string ToImprove,
    [property: JsonPropertyName("take_away")] string TakeAway,
    [property: JsonPropertyName("written_at")] string? WrittenAt);
