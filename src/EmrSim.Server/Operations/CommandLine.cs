using EmrSim.Server.Settings;

namespace EmrSim.Server.Operations;

/// <summary>Without arguments the program serves.</summary>
public static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var source = new SettingsSource(DotEnv.Read());
        var settings = ServerSettings.Read(source);
        if (source.Problems.Count > 0)
        {
            foreach (var problem in source.Problems) await Console.Error.WriteLineAsync(problem);
            return 1;
        }

        await using var app = Application.Build(settings);
        await app.RunAsync();
        return 0;
    }
}
