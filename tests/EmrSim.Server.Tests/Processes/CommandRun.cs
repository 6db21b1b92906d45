using System.Diagnostics;

namespace EmrSim.Server.Tests.Processes;

/// <summary>A subcommand of the built program, run to its end.</summary>
public sealed record CommandRun(int Code, string Output, string Errors)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public string Everything => $"{Output}{Errors}";

    public static async Task<CommandRun> OfAsync(IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var start = BuiltProgram.Start(arguments);
        foreach (var inherited in ServerProcess.Cleared) start.Environment.Remove(inherited);
        foreach (var (name, value) in settings) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(s_patience);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }

        return new(process.ExitCode, await output, await errors);
    }
}
