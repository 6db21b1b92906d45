using System.Text.Json;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Doctor;

/// <summary>One run of <c>emrsim doctor --json</c>.</summary>
internal sealed record Examination(int Code, string Text, JsonElement Report)
{
    public static async Task<Examination> OfAsync(IReadOnlyDictionary<string, string> settings, params string[] options)
    {
        var run = await CommandRun.OfAsync(settings, ["doctor", "--json", .. options]);
        try
        {
            using var report = JsonDocument.Parse(run.Output);
            return new(run.Code, run.Everything, report.RootElement.Clone());
        }
        catch (JsonException)
        {
            throw new InvalidOperationException($"Ended with {run.Code} and no JSON: {run.Everything}");
        }
    }

    /// <summary>The findings of one check: their level, detail and advice.</summary>
    public IReadOnlyList<(string Level, string Detail, string? Next)> Of(string area, string check) =>
        [.. Report.GetProperty("findings").EnumerateArray()
            .Where(finding => finding.GetProperty("area").GetString() == area && finding.GetProperty("check").GetString() == check)
            .Select(static finding => (finding.GetProperty("level").GetString()!, finding.GetProperty("detail").GetString()!, finding.GetProperty("next").GetString()))];

    /// <summary>Exactly one finding of this check, with this level, saying this; whatever is wrong comes with advice.</summary>
    public void Says(string area, string check, string level, string detail)
    {
        var findings = Of(area, check);
        Assert.True(findings.Count == 1, $"{findings.Count} findings of {area}/{check} in {Text}");
        Assert.True(findings[0].Level == level && findings[0].Detail.Contains(detail, StringComparison.OrdinalIgnoreCase), $"{findings[0]} is not {level}: {detail}");
        if (level is "warning" or "failure") Assert.False(string.IsNullOrEmpty(findings[0].Next), $"No advice with {findings[0]}");
    }

    public IEnumerable<string> Worse => Report.GetProperty("findings").EnumerateArray()
        .Where(static finding => finding.GetProperty("level").GetString() is "warning" or "failure")
        .Select(static finding => $"{finding.GetProperty("area")}/{finding.GetProperty("check")}: {finding.GetProperty("detail")}");
}
