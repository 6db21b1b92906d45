using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Tests.Contract;
using StackExchange.Redis;

namespace EmrSim.SessionStore.Tests.Feed;

/// <summary>Two instances on a real Redis and a real PostgreSQL.</summary>
public sealed class Bells(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Ring_at_the_other_instance_once_and_not_at_home()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await Listener.StartAsync(redis.Url, null);
        await using var two = await Listener.StartAsync(redis.Url, null);
        await one.BecomesAsync("live");
        await two.BecomesAsync("live");
        for (var n = 0; n < 200; n++) one.Ring("topic", $"{n}");
        two.Ring("topic", "é😀");
        await two.HearsAsync([.. Enumerable.Range(0, 200).Select(n => $"topic={n}")]);
        await one.HearsAsync("topic=é😀");
        Assert.Equal(Enumerable.Range(0, 200).Select(n => $"topic={n}"), two.Heard);
    }

    [Fact]
    public async Task Ring_without_words_that_are_too_long()
    {
        var database = Databases.Postgres(await postgres.CreateDatabaseAsync());
        await using var one = await Listener.StartAsync(null, database);
        await using var two = await Listener.StartAsync(null, database);
        await one.BecomesAsync("live");
        await two.BecomesAsync("live");
        one.Ring("short", new('x', FleetBell.LongestPayload));
        one.Ring("long", new('x', FleetBell.LongestPayload + 1));
        await two.HearsAsync("long=", $"short={new string('x', FleetBell.LongestPayload)}");
    }

    [Fact]
    public async Task Go_on_over_the_database_while_redis_is_dead_and_come_back_to_it()
    {
        await using var redis = await RedisServer.StartAsync();
        var database = Databases.Postgres(await postgres.CreateDatabaseAsync());
        await using var one = await Listener.StartAsync(redis.Url, database);
        await using var two = await Listener.StartAsync(redis.Url, database);
        await one.BecomesAsync("live");
        await two.BecomesAsync("live");
        await redis.KillAsync();
        one.Ring("t", "at once");
        await one.BecomesAsync("fallback");
        await two.BecomesAsync("fallback");
        one.Ring("t", "later");
        await two.HearsAsync("t=at once", "t=later");

        var missed = two.Missed;
        await redis.RunAsync();
        await two.BecomesAsync("live");
        await one.BecomesAsync("live");
        await Eventually.TrueAsync(() => two.Missed > missed, s_patience, () => "It was not told to look again.");
        one.Ring("t", "again");
        await two.HearsAsync("t=again", "t=at once", "t=later");
        Assert.Contains("redis is in doubt", two.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ring_over_the_database_when_redis_hangs_and_tell_nothing_twice_when_it_goes_on()
    {
        await using var redis = await RedisServer.StartAsync();
        var database = Databases.Postgres(await postgres.CreateDatabaseAsync());
        await using var one = await Listener.StartAsync(redis.Url, database);
        await using var two = await Listener.StartAsync(redis.Url, database);
        await one.BecomesAsync("live");
        await two.BecomesAsync("live");
        var missed = two.Missed;
        redis.Stop();
        for (var n = 0; n < 50; n++) one.Ring("t", $"{n}");
        await Eventually.TrueAsync(() => two.Heard.Count == 50 || two.Missed > missed, s_patience, () => $"{two.Heard.Count} heard, none missed.");
        await one.BecomesAsync("fallback");
        await two.BecomesAsync("fallback");
        one.Ring("t", "meanwhile");
        await Eventually.TrueAsync(() => two.Heard.Contains("t=meanwhile"), s_patience, () => "Not heard over the database.");
        redis.Continue();
        await one.BecomesAsync("live");
        await two.BecomesAsync("live");
        one.Ring("t", "end");
        await Eventually.TrueAsync(() => two.Heard.Contains("t=end"), s_patience, () => "Not heard over redis again.");
        Assert.Equal(two.Heard.Distinct(), two.Heard);
    }

    [Fact]
    public async Task Are_not_deaf_when_the_server_comes_after_them()
    {
        await using var redis = RedisServer.Prepare([]);
        await using var one = await Listener.StartAsync(redis.Url, null);
        await using var two = await Listener.StartAsync(redis.Url, null);
        Assert.Equal("deaf", one.State);
        one.Ring("t", "into the void");
        await redis.RunAsync();
        await one.BecomesAsync("live");
        await two.BecomesAsync("live");
        one.Ring("t", "now");
        await two.HearsAsync("t=now");
    }

    [Fact]
    public async Task Say_so_when_a_ring_was_lost()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var one = await Listener.StartAsync(redis.Url, null);
        await using var two = await Listener.StartAsync(redis.Url, null);
        await one.BecomesAsync("live");
        await two.BecomesAsync("live");
        one.Ring("t", "first");
        await two.HearsAsync("t=first");

        // The one that listens is cut off at a moment when it is rung.
        await using var operatorsClient = await redis.ConnectAsync();
        for (var round = 0; round < 20; round++)
        {
            var before = two.Missed;
            await operatorsClient.GetDatabase().ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
            one.Ring("t", $"{round}");
            await Eventually.TrueAsync(() => two.Missed > before || two.Heard.Contains($"t={round}"), s_patience, () => $"Neither heard nor missed.\n{two.Log}");
        }

        await two.BecomesAsync("live");
    }

    [Fact]
    public async Task Reach_an_instance_that_alone_may_not_listen()
    {
        await using var redis = await RedisServer.StartAsync("--user", "mute", "on", "nopass", "~*", "resetchannels", "+@all");
        var database = Databases.Postgres(await postgres.CreateDatabaseAsync());
        await using var well = await Listener.StartAsync(redis.Url, database);
        await using var deaf = await Listener.StartAsync($"redis://mute@127.0.0.1:{redis.Port}", database);
        await well.BecomesAsync("live");
        await deaf.BecomesAsync("fallback");
        await Eventually.TrueAsync(() => deaf.Problem.Contains("&emrsim:*", StringComparison.Ordinal), s_patience, () => $"{deaf.Problem}\n{deaf.Log}");
        well.Ring("t", "to the deaf one");
        deaf.Ring("t", "from the deaf one");
        await deaf.HearsAsync("t=to the deaf one");
        await well.HearsAsync("t=from the deaf one");
        await redis.AskAsync("ACL", "SETUSER", "mute", "&emrsim:*");
        await deaf.BecomesAsync("live");
        Assert.Equal("live", well.State);
    }

    [Fact]
    public async Task Ring_on_sharded_channels_in_cluster_mode()
    {
        await using var redis = await RedisServer.StartAsync("--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1");
        await redis.AskAsync("CLUSTER", "ADDSLOTSRANGE", 0, 16383);
        await using var one = await Listener.StartAsync(redis.Url, null);
        await using var two = await Listener.StartAsync(redis.Url, null);
        await one.BecomesAsync("live");
        await two.BecomesAsync("live");
        var rings = Enumerable.Range(0, 100).Select(n => $"topic-{n}=x").ToArray();
        for (var n = 0; n < 100; n++) one.Ring($"topic-{n}", "x");
        await two.HearsAsync(rings);
        Assert.Equal(FleetBell.MostLanes, ((RedisResult[])(await redis.AskAsync("PUBSUB", "SHARDCHANNELS"))!).Length);
    }

    [Fact]
    public async Task Do_nothing_where_there_is_nobody_else()
    {
        await using var alone = await Listener.StartAsync(null, null);
        alone.Ring("t", "anybody?");
        Assert.Equal("alone", alone.State);
    }
}
