namespace EmrSim.Server.Live;

/// <summary>Tells one watcher what happens to an encounter until it leaves or there is no such encounter, whatever becomes of the database meanwhile.</summary>
public sealed partial class EncounterPump(EncounterFollower follower, TimeProvider clock, ILogger<EncounterPump> log)
{
    private static readonly TimeSpan s_tryAgain = TimeSpan.FromSeconds(1);
    private int _putOff;

    /// <param name="encounterId">Which encounter.</param>
    /// <param name="after">From where in its log.</param>
    /// <param name="tell">False when the watcher takes nothing more.</param>
    /// <param name="leaving">Ends it.</param>
    public async Task RunAsync(string encounterId, long after, Func<LiveEvent, Task<bool>> tell, CancellationToken leaving)
    {
        ArgumentNullException.ThrowIfNull(tell);
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var isPutOff = false;
        try
        {
            while (!leaving.IsCancellationRequested)
            {
                try
                {
                    await foreach (var told in follower.FollowAsync(encounterId, after, leaving))
                    {
                        if (!await tell(told)) return;
                        after = Math.Max(after, told.Seq);
                        if (isPutOff) ReadAgain();
                        isPutOff = false;
                    }

                    return;
                }
                catch (OperationCanceledException) when (leaving.IsCancellationRequested)
                {
                    return;
                }
                catch (Exception problem)
                {
                    // Nothing is lost by reading the log later from the same place; a watcher who is told nothing more would not know.
                    // Many are put off by one outage: told once, and not tried again all in the same moment.
                    if (!isPutOff) PutOff(problem);
                    isPutOff = true;
                    await Task.Delay(s_tryAgain * (0.7 + (0.6 * Random.Shared.NextDouble())), clock, leaving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
        finally
        {
            if (isPutOff) ReadAgain();
        }
    }

    private void PutOff(Exception problem)
    {
        LiveMetrics.PutOff();
        if (Interlocked.Increment(ref _putOff) == 1) LogPutOff(problem.Message);
    }

    private void ReadAgain()
    {
        LiveMetrics.ReadAgain();
        Interlocked.Decrement(ref _putOff);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Watched encounters can't be read just now and are tried again: {Reason}")]
    private partial void LogPutOff(string reason);
}
