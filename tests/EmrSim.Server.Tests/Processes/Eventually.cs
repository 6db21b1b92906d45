using System.Diagnostics;

namespace EmrSim.Server.Tests.Processes;

/// <summary>Waits on a condition, with a deadline.</summary>
public static class Eventually
{
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(20);

    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan patience, Func<string> complaint)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > patience) Assert.Fail(complaint());
            await Task.Delay(s_between);
        }
    }

    public static Task TrueAsync(Func<bool> condition, TimeSpan patience, Func<string> complaint) =>
        TrueAsync(() => Task.FromResult(condition()), patience, complaint);
}
