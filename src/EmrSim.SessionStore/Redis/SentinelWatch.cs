using EmrSim.SessionStore.Tiered;
using Microsoft.Extensions.Logging;

namespace EmrSim.SessionStore.Redis;

/// <summary>
/// Follows the primary by the word of the sentinels: asks all of them twice a second, and at once when one announces a failover.
/// The client library's own way goes back to an old primary that returns, and blocks pool threads.
/// </summary>
internal sealed class SentinelWatch(StoreUrl url, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private static readonly TimeSpan s_every = TimeSpan.FromMilliseconds(500);
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _looking = new(1, 1);
    private readonly SemaphoreSlim _announced = new(0, 1);
    private readonly SentinelVote _vote = new(time);
    private readonly LoopTrouble _trouble = new("asking the sentinels", time, log);
    private SentinelLink[] _links = [];
    private Task _watching = Task.CompletedTask;

    /// <summary>Another primary than before, or the first one.</summary>
    public event Action<KnownPrimary>? Moved;

    /// <summary>After each look.</summary>
    public event Action? Looked;

    public KnownPrimary? Primary { get; private set; }

    /// <summary>What is wrong with the sentinels, in a line; null when nothing is.</summary>
    public string? Problem { get; private set; }

    public async Task StartAsync()
    {
        _links = [.. url.Endpoints.Select(endpoint => new SentinelLink(url, endpoint, time, Announced))];
        await LookAsync(_stopping.Token).ConfigureAwait(false);
        _watching = WatchAsync();
    }

    /// <summary>Asks now; the primary and the problem are new afterwards.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var answers = await Task.WhenAll(_links.Select(link => link.AskAsync(cancellationToken))).ConfigureAwait(false);
            var before = Primary;
            Primary = _vote.Decide(before, answers);
            Problem = ProblemOf(answers);
            if (Primary is { } now && now.Endpoint != before?.Endpoint) Moved?.Invoke(now);
        }
        finally
        {
            _looking.Release();
        }

        Looked?.Invoke();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        await Task.WhenAll(_links.Select(static link => link.DisposeAsync().AsTask())).ConfigureAwait(false);
        _stopping.Dispose();
        _looking.Dispose();
        _announced.Dispose();
    }

    private async Task WatchAsync()
    {
        var stopping = _stopping.Token;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await _announced.WaitAsync(s_every, stopping).ConfigureAwait(false);
                await LookAsync(stopping).ConfigureAwait(false);
            }
            catch (Exception problem) when (stopping.IsCancellationRequested || _trouble.IsTold(problem))
            {
            }
        }
    }

    private void Announced()
    {
        try
        {
            _announced.Release();
        }
        catch (Exception late) when (late is SemaphoreFullException or ObjectDisposedException)
        {
            // One look serves all who announce.
        }
    }

    private string? ProblemOf(SentinelAnswer[] answers)
    {
        int Count(SentinelWord word) => answers.Count(answer => answer.Word == word);
        var told = Count(SentinelWord.Told);
        if (SentinelVote.HasMajority(told, answers.Length)) return null;
        if (Count(SentinelWord.UnknownName) > 0) return $"the sentinels know no primary '{url.PrimaryName}': correct the name after the sentinels in {url.Setting}";
        if (answers.FirstOrDefault(static answer => answer.Word == SentinelWord.Distrusted).Problem is { } distrust) return $"the sentinels: {distrust}";
        if (Count(SentinelWord.Refused) > 0) return url.SentinelPassword is null ? $"the sentinels want a password: add ?sentinelPassword=… to {url.Setting}" : $"the sentinels refuse the password: correct sentinelPassword (and sentinelUser) in {url.Setting}";
        if (Count(SentinelWord.Forbidden) > 0) return "the sentinels' user may not ask: ACL SETUSER … +ping +sentinel +subscribe +client|setname &*";
        if (Count(SentinelWord.NoSentinel) > 0) return $"what answers is no sentinel: name the sentinels' ports (mostly 26379) in {url.Setting}, or use redis:// for a server by itself";
        if (told == 0) return $"no sentinel answers: check their addresses in {url.Setting}, and that they run";
        return Primary is null
            ? $"only {told} of {answers.Length} sentinels answer, which is no majority: start the others, or name only those that there are in {url.Setting}"
            : $"only {told} of {answers.Length} sentinels answer: no failover is possible until the others run";
    }
}
