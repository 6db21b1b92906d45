using EmrSim.Server.Settings;

namespace EmrSim.Server.Doctor;

/// <summary>Whether the server would start as it is set up, and whether that suits where it runs.</summary>
internal static class SettingsCheck
{
    public static void Look(SettingsSource source, ServerSettings settings, Findings found)
    {
        foreach (var problem in source.Problems) found.Fail("values", problem, "Mend the variable in the environment or in .env; docs/configuration.md lists them all.");
        if (source.Problems.Count == 0) found.Good("values", $"all of {source.Descriptions.Count} variables can be read");
        if (settings.Listen.IsLoopback) found.Good("access", $"listens on {settings.Listen.Host} only");
        else if (settings.Access.TeacherKey is null) found.Warn("access", $"listens on {settings.Listen.Host} without TEACHER_KEY: teacher functions are refused to everyone", "Set TEACHER_KEY to a long random text, for example from: openssl rand -hex 32");
        else if (settings.Access.TeacherKey.Length < 16) found.Warn("access", "TEACHER_KEY is short enough to be guessed", "Set TEACHER_KEY to a long random text, for example from: openssl rand -hex 32");
        else found.Good("access", $"listens on {settings.Listen.Host}, TEACHER_KEY is set");
    }
}
