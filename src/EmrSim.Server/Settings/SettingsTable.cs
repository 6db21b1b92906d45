namespace EmrSim.Server.Settings;

/// <summary>The variables as a Markdown table: docs/configuration.md holds it, and a test compares.</summary>
public static class SettingsTable
{
    public static void Write(TextWriter writer, IReadOnlyList<SettingDescription> settings)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(settings);
        writer.WriteLine("| variable | default | meaning |");
        writer.WriteLine("|---|---|---|");
        foreach (var setting in settings)
            writer.WriteLine($"| `{setting.Name}` | {(setting.Default.Length == 0 ? "" : $"`{setting.Default}`")} | {setting.Meaning}{(setting.Secret ? " Secret." : "")} |");
    }
}
