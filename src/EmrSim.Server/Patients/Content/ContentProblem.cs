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
    private readonly List<ContentProblem> _problems = [];

    public IReadOnlyList<ContentProblem> All => _problems;

    public void Error(string code, string file, string path, string message) => _problems.Add(new(ProblemSeverity.Error, code, file, path, message));

    public void Warn(string code, string file, string path, string message) => _problems.Add(new(ProblemSeverity.Warning, code, file, path, message));

    public void Report(bool isError, string code, string file, string path, string message)
    {
        if (isError) Error(code, file, path, message);
        else Warn(code, file, path, message);
    }
}
