namespace EmrSim.Server.Patients.Content;

public enum ProblemSeverity
{
    Warning,
    Error,
}

/// <param name="File">Relative to the content directory.</param>
/// <param name="JsonPath">Where in the file, as in <c>$.chunks[2].id</c>.</param>
public sealed record ContentProblem(ProblemSeverity Severity, string Code, string File, string JsonPath, string Message)
{
    public override string ToString() => $"{(Severity == ProblemSeverity.Error ? "error" : "warning")} {Code} {File} {JsonPath}: {Message}";
}

internal sealed class ProblemList
{
    private const int LongestText = 400;
    private readonly List<ContentProblem> _problems = [];

    public IReadOnlyList<ContentProblem> All => _problems;

    public void Error(string code, string file, string path, string message) => Add(ProblemSeverity.Error, code, file, path, message);

    public void Warn(string code, string file, string path, string message) => Add(ProblemSeverity.Warning, code, file, path, message);

    public void Report(bool isError, string code, string file, string path, string message)
    {
        if (isError) Error(code, file, path, message);
        else Warn(code, file, path, message);
    }

    private void Add(ProblemSeverity severity, string code, string file, string path, string message) => _problems.Add(new(severity, code, file, Short(path), Short(message)));

    // What the author wrote where an id belongs can be a whole page.
    private static string Short(string text) => text.Length <= LongestText ? text : $"{text[..LongestText]}…";
}
