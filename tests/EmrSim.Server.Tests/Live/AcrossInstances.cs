using System.Text.Json;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Live;

/// <summary>Words that are said at one instance, on screens that watch at another.</summary>
public sealed class AcrossInstances(PostgresInstallation postgres, SqliteInstallation sqlite)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Come_over_redis_finished_ones_and_passing_ones()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var two = await TwoInstances.StartAsync(postgres, redis);
        await two.FeedIsAsync("live");
        await two.PassingWordsComeAsync("still speaking");
        for (var n = 0; n < 20; n++) await two.SayAsync();
        using var error = await two.First.Http.PostAsync("/api/voice/transcript-error", new { session_id = two.Session.Id, error = "no sound" });
        using var phase = await two.First.Http.PostAsync($"{two.Session.Path}/sps/phase", new { signal = "move_objective" });
        await two.AllIsHeardAsync();
        await Eventually.TrueAsync(() => two.Watcher.Changes.Any(change => change.Phase == "objective") && !two.Watcher.Errors.IsEmpty, s_patience, () => "Change or error was not told.");
        Assert.Equal("no sound", two.Watcher.Errors.First().Error);
        Assert.True(await two.Second.MetricAsync("fleet_bell_received_total{line=\"redis\"}") >= 22);
        Assert.Equal(1, await two.Second.MetricAsync("fleet_bell_believed{line=\"redis\"}"));
        Assert.True(await two.Second.MetricAsync("live_lag_seconds_count") >= 22);
    }

    [Fact]
    public async Task Look_as_they_do_at_home()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var two = await TwoInstances.StartAsync(sqlite, redis);
        await two.FeedIsAsync("live");
        await using var home = await EventReader.OpenAsync(two.First, two.Session.Id);
        await two.Session.RelayedAsync(new { role = "user", text = "é😀 \"quoted\"", itemId = "a", startedAt = 1_700_000_000_000, previousItemId = "0", media = new { id = "m1", type = "image" } });
        await two.Session.RelayedAsync(new { role = "assistant", text = "no media", itemId = "b" });
        await Eventually.TrueAsync(() => home.Seqs.Count == 2 && two.Reader.Seqs.Count == 2, s_patience, () => "Not heard.");
        Assert.Equal(home.Entries.Select(Text), two.Reader.Entries.Select(Text));

        static string Text(JsonElement entry) => entry.GetRawText();
    }

    [Fact]
    public async Task Come_whole_when_they_are_too_long_for_a_ring()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var two = await TwoInstances.StartAsync(postgres, redis);
        await two.FeedIsAsync("live");
        var words = string.Concat(Enumerable.Repeat("A long story. ", 600));
        await two.SayAsync(words);
        await two.SayAsync();
        await two.AllIsHeardAsync();
        Assert.Equal(words.Trim(), two.Watcher.Finals[0].Text.Trim());
    }

    [Fact]
    public async Task Come_over_the_database_when_redis_is_dead_and_over_redis_when_it_is_back()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var two = await TwoInstances.StartAsync(postgres, redis);
        await two.FeedIsAsync("live");
        await two.SayAsync();
        await redis.KillAsync();
        for (var n = 0; n < 10; n++) await two.SayAsync();
        await two.AllIsHeardAsync();
        await two.FeedIsAsync("fallback");
        await two.PassingWordsComeAsync("over the database");
        await redis.RunAsync();
        await two.FeedIsAsync("live");
        await two.SayAsync();
        await two.PassingWordsComeAsync("over redis");
        await two.AllIsHeardAsync();
    }

    [Fact]
    public async Task Come_by_looking_when_redis_is_dead_and_the_database_has_no_bell()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var two = await TwoInstances.StartAsync(sqlite, redis);
        await two.FeedIsAsync("live");
        await two.SayAsync();
        await redis.KillAsync();
        await two.FeedIsAsync("deaf");
        for (var n = 0; n < 10; n++) await two.SayAsync();
        await two.AllIsHeardAsync();
        Assert.True(await two.Second.MetricAsync("live_found_by_looking_total") >= 1);
        await redis.RunAsync();
        await two.FeedIsAsync("live");
        await two.PassingWordsComeAsync("over redis");
    }

    [Fact]
    public async Task Come_while_redis_hangs_and_are_not_told_again_when_it_goes_on()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var two = await TwoInstances.StartAsync(postgres, redis);
        await two.FeedIsAsync("live");
        redis.Stop();
        for (var n = 0; n < 10; n++) await two.SayAsync();
        await two.AllIsHeardAsync();
        await two.FeedIsAsync("fallback");
        await two.PassingWordsComeAsync("while it hangs");
        redis.Continue();
        await two.FeedIsAsync("live");
        for (var n = 0; n < 10; n++) await two.SayAsync();
        await two.PassingWordsComeAsync("again");
        await two.AllIsHeardAsync();
    }

    [Fact]
    public async Task Come_when_the_servers_were_there_before_redis()
    {
        await using var redis = RedisServer.Prepare([]);
        await using var two = await TwoInstances.StartAsync(postgres, redis);
        await two.FeedIsAsync("fallback");
        await two.SayAsync();
        await two.AllIsHeardAsync();
        await redis.RunAsync();
        await two.FeedIsAsync("live");
        await two.PassingWordsComeAsync("now over redis");
        Assert.True(await two.Second.MetricAsync("fleet_bell_received_total{line=\"redis\"}") >= 1);
    }

    [Fact]
    public async Task Come_over_the_database_where_there_is_no_redis()
    {
        await using var two = await TwoInstances.StartAsync(postgres, null);
        await two.FeedIsAsync("live");
        await two.PassingWordsComeAsync("by notify");
        for (var n = 0; n < 10; n++) await two.SayAsync();
        await two.AllIsHeardAsync();
        Assert.True(await two.Second.MetricAsync("fleet_bell_received_total{line=\"postgresql\"}") >= 11);
    }

    [Fact]
    public async Task Leave_no_hole_whatever_becomes_of_redis_meanwhile()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var two = await TwoInstances.StartAsync(postgres, redis);
        await two.FeedIsAsync("live");
        using var enough = new CancellationTokenSource();
        var speaking = SpeakAsync(two, enough.Token);
        await redis.KillAsync();
        await two.FeedIsAsync("fallback");
        await redis.RunAsync();
        await two.FeedIsAsync("live");
        redis.Stop();
        await two.FeedIsAsync("fallback");
        redis.Continue();
        await two.FeedIsAsync("live");
        for (var n = 0; n < 10; n++)
        {
            await redis.AskAsync("CLIENT", "KILL", "TYPE", "pubsub");
            await two.SayAsync();
        }

        await two.FeedIsAsync("live");
        await enough.CancelAsync();
        await speaking;
        Assert.True(two.Said > 50, $"Only {two.Said} were said.");
        await two.AllIsHeardAsync();
    }

    [Fact]
    public async Task Cost_the_speaker_one_ring_each_however_many_watch()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var two = await TwoInstances.StartAsync(postgres, redis);
        await two.FeedIsAsync("live");
        var crowd = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => EventReader.OpenAsync(two.Second, two.Session.Id)));
        var before = await two.First.MetricAsync("fleet_bell_sent_total{line=\"redis\"}");
        for (var n = 0; n < 20; n++) await two.SayAsync();
        await Eventually.TrueAsync(() => crowd.All(reader => reader.Seqs.Count == 20), s_patience, () => $"{crowd.Count(reader => reader.Seqs.Count < 20)} have not heard all.");
        Assert.Equal(20, await two.First.MetricAsync("fleet_bell_sent_total{line=\"redis\"}") - before);
        Assert.All(crowd, reader => Assert.Equal(Enumerable.Range(1, 20).Select(n => (long)n), reader.Seqs));
        foreach (var reader in crowd) await reader.DisposeAsync();
    }

    private static async Task SpeakAsync(TwoInstances two, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested) await two.SayAsync();
    }
}
