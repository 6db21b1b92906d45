using EmrSim.Server.Patients;
using EmrSim.Server.Settings;

namespace EmrSim.Server.Doctor;

/// <summary>Whether there are cases to practise with, and whether all that was written is in use.</summary>
internal static class ContentCheck
{
    public static void Look(ServerSettings settings, Findings found)
    {
        var (root, personas, scenarios, errors, warnings) = ContentValidation.Count(settings.Storage.ContentDirectory);
        var size = $"{personas} personas, {scenarios} scenarios in {root}";
        var command = $"emrsim content validate {settings.Storage.ContentDirectory}".TrimEnd();
        if (scenarios == 0 || personas == 0) found.Fail("content", $"{size}: there is nothing to practise with", $"Run {command}; check CONTENT_DIR.");
        else if (errors > 0) found.Warn("content", $"{size}; {errors} errors: what is broken is left out", $"Run {command} and mend what it names.");
        else found.Good("content", warnings == 0 ? size : $"{size}; {warnings} warnings ({command} lists them)");
    }
}
