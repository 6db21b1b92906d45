using System.Globalization;
using EmrSim.SessionStore.Tiered;
using StackExchange.Redis;

namespace EmrSim.SessionStore.Redis;

/// <summary>
/// What the fleet keeps on the server about itself: a mark that tells whether a server that is reached again is the one, with its
/// data, that was left, and how far the fleet's fastest clock is ahead. An empty, older or foreign server gets what this instance
/// knows to be alive before anyone is told "not found".
/// </summary>
internal sealed class FleetMark(RedisConnection connection, Deadlines deadlines, IStoreTier tier, Journal journal, StampClock clock, OutageReport report)
{
    private const string MarkKey = "emrsim:fleet";
    private const string ClockKey = "emrsim:clock";
    private const int FilledAtOnce = 64;

    // Clocks that differ by less can't be told apart from here, and are better left alone.
    private const int MostUnsureMs = 50;
    private static readonly TimeSpan s_clockLife = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_life = TimeSpan.FromDays(7);
    private readonly Dictionary<string, string> _marks = new(StringComparer.Ordinal);
    private Dictionary<string, string?> _runs = new(StringComparer.Ordinal);
    private readonly ServerUse _use = new(deadlines);

    /// <param name="isAnew">Whether the server is reached again, so that it may be another run of it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask CheckAsync(bool isAnew, CancellationToken cancellationToken)
    {
        var shards = await connection.ShardsAsync().ConfigureAwait(false);
        var looks = await Task.WhenAll(shards.Select(shard => LookAsync(shard, isAnew))).ConfigureAwait(false);
        var others = looks.Where(IsOther).Select(static look => look.Shard).ToList();
        if (others.Count > 0) await FillAsync(others, cancellationToken).ConfigureAwait(false);
        _runs = looks.ToDictionary(static look => look.Shard.Id, static look => look.Run, StringComparer.Ordinal);
        foreach (var look in looks)
        {
            if (look is { Key: { } key, Mark: { } mark }) _marks[key] = mark;
        }

        await ShareClockAsync(shards).ConfigureAwait(false);
        await _use.LookAsync(connection.Database, clock.NowMs).ConfigureAwait(false);
        connection.NoteGood();
    }

    private async Task<Look> LookAsync(RedisShard shard, bool isAnew)
    {
        var database = connection.Database;
        string? mark = null;
        var key = shard.KeyOf(MarkKey);
        if (key is not null)
        {
            await TimedWait<bool>.For(database.StringSetAsync(key, Guid.NewGuid().ToString("N"), s_life, when: When.NotExists), deadlines).ConfigureAwait(false);
            await TimedWait<bool>.For(database.KeyExpireAsync(key, s_life), deadlines).ConfigureAwait(false);
            mark = await TimedWait<RedisValue>.For(database.StringGetAsync(key), deadlines).ConfigureAwait(false);
        }

        return new(shard, key, mark, isAnew || !_runs.TryGetValue(shard.Id, out var run) ? await RunAsync(shard.Server).ConfigureAwait(false) : run);
    }

    // A server that restarts from a snapshot has its mark, but not the newest writes: its run tells. A replica that was promoted has
    // its mark too, and lacks what had not reached it.
    private bool IsOther(Look look)
    {
        if (_runs.Count == 0) return false;
        if (look is { Key: { } key, Mark: { } mark } && _marks.TryGetValue(key, out var known) && known != mark) return true;
        return !_runs.TryGetValue(look.Shard.Id, out var run) || (run is not null && look.Run is not null && look.Run != run);
    }

    private async ValueTask FillAsync(List<RedisShard> others, CancellationToken cancellationToken)
    {
        var alive = journal.Alive().Where(held => others.Exists(shard => shard.Owns(held.Key)));
        var written = 0;
        foreach (var some in alive.Chunk(FilledAtOnce))
        {
            var writes = await Task.WhenAll(some.Select(held => tier.SetAsync(held.Key, held.Envelope, cancellationToken).AsTask())).ConfigureAwait(false);
            written += writes.Count(static write => write.Written);
        }

        report.Reseeded(written);
    }

    // The server's clock is the one that all can compare theirs with: who is how far ahead of it is told in a key.
    private async ValueTask ShareClockAsync(IReadOnlyList<RedisShard> shards)
    {
        var database = connection.Database;
        var before = clock.NowMs;
        if (await ServerTimeAsync(shards.First(static shard => shard.Owns(ClockKey)).Server).ConfigureAwait(false) is not { } serverMs || clock.NowMs - before > MostUnsureMs) return;
        var mine = ((before + clock.NowMs) / 2) - serverMs;
        var told = (string?)await TimedWait<RedisValue>.For(database.StringGetAsync(ClockKey), deadlines).ConfigureAwait(false);
        if (long.TryParse(told, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var most) && most > mine)
        {
            if (most - mine > MostUnsureMs) clock.Follow(most - mine);
        }
        else if (mine <= StampClock.MostAheadMs) await TimedWait<bool>.For(database.StringSetAsync(ClockKey, mine, s_clockLife), deadlines).ConfigureAwait(false);
    }

    private async ValueTask<long?> ServerTimeAsync(IServer server)
    {
        try
        {
            var time = (long[]?)await TimedWait<RedisResult>.For(server.ExecuteAsync("TIME"), deadlines).ConfigureAwait(false);
            return time is { Length: 2 } ? (time[0] * 1000) + (time[1] / 1000) : null;
        }
        catch (RedisServerException)
        {
            return null;
        }
    }

    // Who may not ask, or asks a server without an answer, knows the mark alone.
    private async ValueTask<string?> RunAsync(IServer server)
    {
        try
        {
            var text = (string?)await TimedWait<RedisResult>.For(server.ExecuteAsync("INFO", "server"), deadlines).ConfigureAwait(false) ?? "";
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

    private readonly record struct Look(RedisShard Shard, string? Key, string? Mark, string? Run);
}
