using System.Globalization;
using EmrSim.SessionStore.Tiered;
using StackExchange.Redis;

namespace EmrSim.SessionStore.Redis;

/// <summary>
/// What the fleet keeps on the server about itself: a mark that tells whether a server that is reached again is the one, with its
/// data, that was left, and the newest time of the fleet's clocks. An empty, older or foreign server gets what this instance
/// knows to be alive before anyone is told "not found".
/// </summary>
internal sealed class FleetMark(RedisConnection connection, Deadlines deadlines, IStoreTier tier, Journal journal, StampClock clock, OutageReport report)
{
    private const string MarkKey = "emrsim:fleet";
    private const string ClockKey = "emrsim:clock";
    private const int FilledAtOnce = 64;
    private static readonly TimeSpan s_life = TimeSpan.FromDays(7);
    private string? _known;
    private string? _run;

    /// <param name="isAnew">Whether the server is reached again, so that it may be another run of it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask CheckAsync(bool isAnew, CancellationToken cancellationToken)
    {
        var database = connection.Database;
        await TimedWait<bool>.For(database.StringSetAsync(MarkKey, Guid.NewGuid().ToString("N"), s_life, when: When.NotExists), deadlines).ConfigureAwait(false);
        await TimedWait<bool>.For(database.KeyExpireAsync(MarkKey, s_life), deadlines).ConfigureAwait(false);
        var mark = (string?)await TimedWait<RedisValue>.For(database.StringGetAsync(MarkKey), deadlines).ConfigureAwait(false);
        var run = isAnew ? await RunAsync(database).ConfigureAwait(false) : _run;
        // A server that restarts from a snapshot has its mark, but not the newest writes: its run tells.
        if ((_known is not null && mark is not null && mark != _known) || (_run is not null && run is not null && run != _run)) await FillAsync(cancellationToken).ConfigureAwait(false);
        (_known, _run) = (mark ?? _known, run ?? _run);
        await ShareClockAsync(database).ConfigureAwait(false);
        connection.NoteGood();
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        var alive = journal.Alive();
        var written = 0;
        foreach (var some in alive.Chunk(FilledAtOnce))
        {
            var writes = await Task.WhenAll(some.Select(held => tier.SetAsync(held.Key, held.Envelope, cancellationToken).AsTask())).ConfigureAwait(false);
            written += writes.Count(static write => write.Written);
        }

        report.Reseeded(written);
    }

    private async ValueTask ShareClockAsync(IDatabase database)
    {
        var mine = clock.Next();
        var told = (string?)await TimedWait<RedisValue>.For(database.StringGetAsync(ClockKey), deadlines).ConfigureAwait(false);
        if (long.TryParse(told, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) && ms > mine.UnixMs && new Stamp(ms, 0, 0) is var seen && !clock.IsAbsurd(seen))
        {
            clock.Observe(seen);
            return;
        }

        await TimedWait<bool>.For(database.StringSetAsync(ClockKey, mine.UnixMs, s_life), deadlines).ConfigureAwait(false);
    }

    // Who may not ask, or asks a server without an answer, knows the mark alone.
    private async ValueTask<string?> RunAsync(IDatabase database)
    {
        try
        {
            var text = (string?)await TimedWait<RedisResult>.For(database.ExecuteAsync("INFO", "server"), deadlines).ConfigureAwait(false) ?? "";
            var facts = text.Split('\n', StringSplitOptions.TrimEntries).Select(static line => line.Split(':', 2)).Where(static fact => fact.Length == 2).ToLookup(static fact => fact[0], static fact => fact[1]);
            connection.ServerKind = KindOf(facts);
            return facts["run_id"].FirstOrDefault();
        }
        catch (Exception refused) when (refused is RedisServerException or RedisCommandException)
        {
            return null;
        }
    }

    private static string KindOf(ILookup<string, string> facts)
    {
        if (facts["garnet_version"].Any()) return "garnet";
        if (facts["valkey_version"].Any() || facts["server_name"].Contains("valkey")) return "valkey";
        return facts["executable"].Any(static path => path.Contains("keydb", StringComparison.OrdinalIgnoreCase)) ? "keydb" : "redis";
    }
}
