using System.Text.Json;
using System.Text.Json.Serialization;

namespace EmrSim.Server.Doctor;

[JsonConverter(typeof(FindingLevelNames))]
public enum FindingLevel
{
    Good,
    Note,
    Warning,
    Failure,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Area">settings, store, database, content, voice or backups.</param>
/// <param name="Check">What was looked at, in a word or two; stays the same between versions.</param>
/// <param name="Detail">What was seen; free of secrets.</param>
/// <param name="Next">What to do now, when there is something to do.</param>
public sealed record Finding(string Area, string Check, FindingLevel Level, string Detail, string? Next);

public sealed record DoctorReport(string Status, int ExitCode, string Version, IReadOnlyList<Finding> Findings);

internal sealed class FindingLevelNames() : JsonStringEnumConverter<FindingLevel>(JsonNamingPolicy.SnakeCaseLower);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class DoctorJson : JsonSerializerContext;
