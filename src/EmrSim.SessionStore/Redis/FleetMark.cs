using EmrSim.SessionStore.Tiered;
using StackExchange.Redis;

namespace EmrSim.SessionStore.Redis;

/// <summary>
/// A key that tells whether a server that is reached again is the one, with its data, that was left. An empty or foreign one
/// gets what this instance knows to be alive before anyone is told "not found".
/// </summary>
internal sealed class FleetMark(RedisConnection connection, Deadlines deadlines, IStoreTier tier, Journal journal, OutageReport report)
{
    private const string Key = "emrsim:fleet";
    private static readonly TimeSpan s_life = TimeSpan.FromDays(7);
    private string? _known;

    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        var database = connection.Database;
        var mine = Guid.NewGuid().ToString("N");
        await TimedWait<bool>.For(database.StringSetAsync(Key, mine, s_life, when: When.NotExists), deadlines).ConfigureAwait(false);
        await TimedWait<bool>.For(database.KeyExpireAsync(Key, s_life), deadlines).ConfigureAwait(false);
        var mark = (string?)await TimedWait<RedisValue>.For(database.StringGetAsync(Key), deadlines).ConfigureAwait(false);
        if (mark is null || mark == _known) return;
        if (_known is not null) await FillAsync(cancellationToken).ConfigureAwait(false);
        _known = mark;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        var alive = journal.Alive();
        foreach (var held in alive) await tier.SetAsync(held.Key, held.Envelope, cancellationToken).ConfigureAwait(false);
        report.Reseeded(alive.Count);
    }
}
