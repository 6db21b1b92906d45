using System.Globalization;
using System.Text;
using EmrSim.SessionStore;

namespace EmrSim.Server.Backups;

/// <summary>
/// One instance's right to make the backup of one slot. It is renewed while the backup is made; when the instance dies, another
/// takes over a minute later.
/// </summary>
internal sealed class BackupClaim(ISessionStore store, DateTimeOffset slot, TimeSpan every, TimeProvider clock)
{
    private const string Done = "done";
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_renew = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(7);
    private readonly string _key = string.Create(CultureInfo.InvariantCulture, $"backup:{slot.ToUnixTimeSeconds()}");
    private readonly byte[] _me = Encoding.UTF8.GetBytes(Guid.NewGuid().ToString("N"));

    /// <summary>Runs the work if this instance gets the right to: false when another has it or it is done.</summary>
    public async Task<bool> RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        if (await store.AddAsync(_key, _me, s_life, cancellationToken) is not { } stamp) return false;
        using var losing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var finished = new CancellationTokenSource();
        var renewing = RenewAsync(stamp, losing, finished.Token);
        try
        {
            await work(losing.Token);
        }
        finally
        {
            await finished.CancelAsync();
            await renewing;
        }

        await store.SetAsync(_key, Encoding.UTF8.GetBytes(Done), every * 2 < s_longest ? every * 2 : s_longest, CancellationToken.None);
        return true;
    }

    /// <summary>Whether some instance has made the backup of this slot.</summary>
    public async Task<bool> IsDoneAsync(CancellationToken cancellationToken) =>
        await store.GetAsync(_key, cancellationToken) is { } entry && entry.Value.Span.SequenceEqual(Encoding.UTF8.GetBytes(Done));

    private async Task RenewAsync(Stamp stamp, CancellationTokenSource losing, CancellationToken finished)
    {
        using var timer = new PeriodicTimer(s_renew, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(finished))
            {
                try
                {
                    if (await store.ReplaceAsync(_key, _me, s_life, stamp, finished) is { } renewed) stamp = renewed;
                    else if (await store.GetAsync(_key, finished) is not { } standing || !standing.Value.Span.SequenceEqual(_me)) await losing.CancelAsync();
                    else stamp = standing.Stamp;
                }
                catch (SessionStoreUnavailableException)
                {
                    // In doubt; the next tick finds out.
                }
            }
        }
        catch (OperationCanceledException) when (finished.IsCancellationRequested)
        {
        }
    }
}
