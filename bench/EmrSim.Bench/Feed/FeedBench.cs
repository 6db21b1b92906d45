using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using EmrSim.Bench.Server;
using EmrSim.SessionStore;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace EmrSim.Bench.Feed;

/// <summary>How long a change takes from one instance to another, beside a bare publish, and what those who watch cost the one who speaks.</summary>
public static class FeedBench
{
    private const int Rounds = 1000;
    private const int Crowd = 200;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(20);

    public static async Task RunAsync(Findings findings, TimeSpan duration)
    {
        await using var redis = await RedisBeside.StartAsync();
        Findings.Say("Feed: from instance to instance");
        await RingAsync(findings, redis);
        await ServersAsync(findings, redis, duration);
    }

    // In turns, so that whatever else the machine does disturbs both alike.
    private static async Task RingAsync(Findings findings, RedisBeside redis)
    {
        await using var one = await StartAsync(redis);
        await using var two = await StartAsync(redis);
        var endpoint = redis.Url["redis://".Length..];
        await using var publisher = await ConnectionMultiplexer.ConnectAsync(endpoint);
        await using var subscriber = await ConnectionMultiplexer.ConnectAsync(endpoint);
        var channel = RedisChannel.Literal("bare");
        var came = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        (await subscriber.GetSubscriber().SubscribeAsync(channel)).OnMessage(_ => came.TrySetResult(Stopwatch.GetTimestamp()));
        two.Bell.Rang += _ => came.TrySetResult(Stopwatch.GetTimestamp());
        for (var patience = Stopwatch.StartNew(); !one.Bell.IsBelieved || !two.Bell.IsBelieved; await Task.Delay(10))
        {
            if (patience.Elapsed > s_patience) throw new InvalidOperationException("The bells are not believed.");
        }

        var payload = Encoding.UTF8.GetBytes(new string('x', 400));
        var (bare, rung) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            bare.Add(await OnceAsync(() => publisher.GetSubscriber().PublishAsync(channel, payload)));
            rung.Add(await OnceAsync(() => one.Bell.Ring("topic", payload)));
        }

        findings.Add("feed.bare_publish_us", Median(bare), "us", "(beside)");
        findings.Add("feed.ring_us", Median(rung), "us", "2 times bare");
        findings.Add("feed.ring_ratio", Median(rung) / Median(bare), "times", "2");

        async Task<double> OnceAsync(Action send)
        {
            came = new(TaskCreationOptions.RunContinuationsAsynchronously);
            var start = Stopwatch.GetTimestamp();
            send();
            return Stopwatch.GetElapsedTime(start, await came.Task).TotalMicroseconds;
        }
    }

    private static async Task ServersAsync(Findings findings, RedisBeside redis, TimeSpan duration)
    {
        var data = Directory.CreateTempSubdirectory("emrsim-feed-");
        try
        {
            var settings = new Dictionary<string, string> { ["DATA_DIR"] = data.FullName, ["REDIS_URL"] = redis.Url };
            await using var first = await ServerUnderLoad.StartAsync(settings);
            await using var second = await ServerUnderLoad.StartAsync(settings);
            var session = (await Cases.BeginAsync(first.Http, 1))[0];
            using var speaker = await CallerConnection.OpenAsync(first.Port);
            await SpeakAsync(speaker, session, "warm", TimeSpan.FromSeconds(1));

            var here = new ConcurrentDictionary<string, long>();
            var there = new ConcurrentDictionary<string, long>();
            await using var atHome = await Screen.OpenAsync(first.Port, session, (words, at) => here.TryAdd(words, at));
            await using var away = await Screen.OpenAsync(second.Port, session, (words, at) => there.TryAdd(words, at));
            // A stream is open before it listens, and what nobody listens to yet is told to nobody.
            for (var patience = Stopwatch.StartNew(); here.IsEmpty || there.IsEmpty;)
            {
                if (patience.Elapsed > s_patience) throw new InvalidOperationException("A screen hears nothing.");
                await SpeakAsync(speaker, session, "opening", s_between);
            }

            var sent = await SpeakAsync(speaker, session, "passing", duration);
            for (var patience = Stopwatch.StartNew(); there.Count < sent.Count && patience.Elapsed < TimeSpan.FromSeconds(2);) await Task.Delay(10);
            findings.Add("feed.screen_at_home_us", Median(Latencies(sent, here)), "us", "(beside)");
            findings.Add("feed.screen_away_us", Median(Latencies(sent, there)), "us", "(beside)");
            findings.Add("feed.away_extra_us", Median([.. sent.Keys.Where(key => here.ContainsKey(key) && there.ContainsKey(key)).Select(key => Stopwatch.GetElapsedTime(here[key], there[key]).TotalMicroseconds)]), "us", "2 times bare");
            findings.Add("feed.unheard", sent.Keys.Count(words => !there.ContainsKey(words)), "", "0");

            var alone = await CostAsync(first, speaker, session, "one", duration);
            var crowd = new List<Screen>();
            for (var n = 1; n < Crowd; n++) crowd.Add(await Screen.OpenAsync(second.Port, session, static (_, _) => { }));
            var crowded = await CostAsync(first, speaker, session, "crowd", duration);
            foreach (var screen in crowd) await screen.DisposeAsync();
            findings.Add("feed.speaker_cpu_one_us", alone, "us", "(beside)");
            findings.Add("feed.speaker_cpu_crowd_us", crowded, "us", "as one");
            findings.Add("feed.crowd_cost", crowded / alone, "times", "1");
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static async Task<double> CostAsync(ServerUnderLoad server, CallerConnection speaker, string session, string tag, TimeSpan duration)
    {
        var before = server.ProcessorTime;
        var sent = await SpeakAsync(speaker, session, tag, duration);
        return (server.ProcessorTime - before).TotalMicroseconds / sent.Count;
    }

    // Words still being spoken: what is measured is the way, not the commit.
    private static async Task<Dictionary<string, long>> SpeakAsync(CallerConnection speaker, string session, string tag, TimeSpan duration)
    {
        var sent = new Dictionary<string, long>();
        var watch = Stopwatch.StartNew();
        for (var n = 0; watch.Elapsed < duration; n++)
        {
            var words = string.Create(CultureInfo.InvariantCulture, $"{tag}-{n}");
            sent[words] = Stopwatch.GetTimestamp();
            var status = await speaker.AskAsync(Requests.Passing(session, words));
            if (status is < 200 or > 299) throw new InvalidOperationException($"The server answered {status}.");
            await Task.Delay(s_between);
        }

        return sent;
    }

    private static async Task<SessionStoreHost> StartAsync(RedisBeside redis)
    {
        var host = new SessionStoreHost(new() { Server = StoreUrl.Parse(redis.Url) }, TimeProvider.System, NullLoggerFactory.Instance);
        await host.StartAsync(CancellationToken.None);
        return host;
    }

    private static List<double> Latencies(Dictionary<string, long> sent, ConcurrentDictionary<string, long> heard) =>
        [.. heard.Where(pair => sent.ContainsKey(pair.Key)).Select(pair => Stopwatch.GetElapsedTime(sent[pair.Key], pair.Value).TotalMicroseconds)];

    private static double Median(List<double> values) => values.Count == 0 ? 0 : values.Order().ElementAt(values.Count / 2);
}
