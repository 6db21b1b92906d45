using System.Diagnostics;

namespace EmrSim.Server.Tests.Processes;

/// <summary>The program under test: the published one that EMRSIM_PROGRAM names, else the one that was built beside the tests.</summary>
public static class BuiltProgram
{
    private static readonly string[] s_asBuilt = ["dotnet", Path.Combine(AppContext.BaseDirectory, "emrsim.dll")];

    public static bool IsPublished { get; } = Environment.GetEnvironmentVariable("EMRSIM_PROGRAM") is { Length: > 0 };

    public static string[] CommandLine { get; } = IsPublished ? [Environment.GetEnvironmentVariable("EMRSIM_PROGRAM")!] : s_asBuilt;

    public static ProcessStartInfo Start(params string[] arguments) => Of([.. CommandLine, .. arguments]);

    /// <summary>What only a program that is compiled while it runs can show.</summary>
    public static ProcessStartInfo AsBuilt() => Of(s_asBuilt);

    private static ProcessStartInfo Of(string[] line) => new(line[0], line[1..])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        WorkingDirectory = Path.GetTempPath(),
    };
}
