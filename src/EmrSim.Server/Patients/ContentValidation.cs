using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients;

/// <summary>Checks a whole content directory and says everything that is wrong with it: the command <c>emrsim content validate</c>.</summary>
public static class ContentValidation
{
    private const int Sound = 0;
    private const int Doubtful = 1;
    private const int Broken = 2;

    /// <param name="directory">The directory, or null for the built-in content.</param>
    /// <returns>0 when all is sound, 1 with warnings only, 2 with errors.</returns>
    public static async Task<int> RunAsync(string? directory, TextWriter output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(output);
        var catalogue = CatalogueLoader.Load(directory ?? ContentSchemas.BuiltInContent);
        var problems = catalogue.Problems
            .OrderByDescending(static problem => problem.Severity).ThenBy(static problem => problem.File, StringComparer.Ordinal).ThenBy(static problem => problem.JsonPath, StringComparer.Ordinal)
            .ToList();
        foreach (var problem in problems) await output.WriteLineAsync(problem.ToString().AsMemory(), cancellationToken);
        var errors = problems.Count(static problem => problem.Severity == ProblemSeverity.Error);
        await output.WriteLineAsync($"{catalogue.Root}: {catalogue.Personas.Count} personas, {catalogue.Scenarios.Count} scenarios sound; {errors} errors, {problems.Count - errors} warnings");
        return errors > 0 ? Broken : problems.Count > 0 ? Doubtful : Sound;
    }

    /// <summary>How much of it the server would use, and how many problems that left.</summary>
    public static (string Root, int Personas, int Scenarios, int Errors, int Warnings) Count(string? directory)
    {
        var catalogue = CatalogueLoader.Load(directory ?? ContentSchemas.BuiltInContent);
        var errors = catalogue.Problems.Count(static problem => problem.Severity == ProblemSeverity.Error);
        return (catalogue.Root, catalogue.Personas.Count, catalogue.Scenarios.Count, errors, catalogue.Problems.Count - errors);
    }
}
