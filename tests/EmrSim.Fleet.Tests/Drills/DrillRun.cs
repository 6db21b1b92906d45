using System.Diagnostics;
using EmrSim.Fleet.Tests.Instances;
using EmrSim.Fleet.Tests.Traffic;
using EmrSim.Server.Tests;

namespace EmrSim.Fleet.Tests.Drills;

/// <summary>A script of deploy/drills, run while encounters go on.</summary>
public static class DrillRun
{
    private static readonly LoadSize s_size = new(2, 1, 2, 0);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    /// <summary>No request failed, and every word is where it belongs.</summary>
    public static async Task<string> UnderLoadAsync(RunningFleet fleet, string script, IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        await using var load = await Load.StartAsync(fleet, s_size);
        var told = await AloneAsync(script, settings, arguments);
        await load.StopAsync();
        var attempts = load.Door.Attempts;
        Assert.True(attempts.Count(static attempt => attempt.IsLast) > 20, $"Only {attempts.Count} requests: that is no load.\n{told}");
        Assert.DoesNotContain(attempts, static attempt => attempt is { IsLast: true, IsOk: false });
        Assert.Equal(0, load.LostHandshakes);
        var keeping = await load.CompareAsync();
        Assert.True(keeping is { Lost: 0, Doubled: 0, Misordered: 0 }, keeping.Complaints);
        return told;
    }

    /// <summary>What it printed; it must have ended well.</summary>
    public static async Task<string> AloneAsync(string script, IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        var (code, told) = await TryAsync(script, settings, arguments);
        Assert.True(code == 0 && told.Contains("DONE", StringComparison.Ordinal), told);
        return told;
    }

    public static async Task<(int Code, string Told)> TryAsync(string script, IReadOnlyDictionary<string, string> settings, params string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var start = new ProcessStartInfo("bash", [Path.Combine(Repository.Root, "deploy/drills", script), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
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
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }

        return (process.ExitCode, $"{await output}{await errors}");
    }
}
