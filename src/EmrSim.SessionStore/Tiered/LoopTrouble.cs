using Microsoft.Extensions.Logging;

namespace EmrSim.SessionStore.Tiered;

/// <summary>
/// What nobody foresaw in a loop that must go on, since nothing else would find a server again. Told at most once a minute, without
/// the message, which may quote keys.
/// </summary>
internal sealed partial class LoopTrouble(string loop, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(1);
    private long _told;

    /// <returns>True, so that it can be the condition of a catch.</returns>
    public bool IsTold(Exception problem)
    {
        var now = time.GetTimestamp();
        if (_told != 0 && time.GetElapsedTime(_told, now) < s_every) return true;
        _told = now;
        LogTrouble(loop, problem.GetType().Name, problem.StackTrace);
        return true;
    }

    [LoggerMessage(116, LogLevel.Error, "Session store: {Loop} goes on after {Problem}{StackTrace}")]
    private partial void LogTrouble(string loop, string problem, string? stackTrace);
}
