namespace EmrSim.Server.Doctor;

/// <summary>What was found in one area, in the order in which it was looked at.</summary>
internal sealed class Findings(string area, IReadOnlyList<string> secrets)
{
    private readonly List<Finding> _all = [];
    private string _subject = "";

    public IReadOnlyList<Finding> All => _all;

    /// <summary>From now on everything is found of this one of several servers.</summary>
    public void Of(string? subject) => _subject = subject is null ? "" : $"{subject}: ";

    public void Good(string check, string detail) => Add(check, FindingLevel.Good, detail, null);

    public void Note(string check, string detail, string? next = null) => Add(check, FindingLevel.Note, detail, next);

    public void Warn(string check, string detail, string next) => Add(check, FindingLevel.Warning, detail, next);

    public void Fail(string check, string detail, string next) => Add(check, FindingLevel.Failure, detail, next);

    private void Add(string check, FindingLevel level, string detail, string? next) =>
        _all.Add(new(area, check, level, Harmless(_subject + detail), next is null ? null : Harmless(next)));

    // A server's own words may repeat what it was sent.
    private string Harmless(string text) =>
        secrets.Aggregate(text.ReplaceLineEndings(" "), static (told, secret) => told.Replace(secret, "***", StringComparison.Ordinal));
}
