using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Live;

/// <summary>Two servers on one database and, when given, one Redis. What is said at the first is watched at the second.</summary>
public sealed class TwoInstances : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly Place _place;
    private int _said;

    private TwoInstances(Place place, ServerProcess first, ServerProcess second) => (_place, First, Second) = (place, first, second);

    public ServerProcess First { get; }

    public ServerProcess Second { get; }

    public Session Session { get; private set; } = null!;

    public Watcher Watcher { get; private set; } = null!;

    public EventReader Reader { get; private set; } = null!;

    public int Said => _said;

    public static async Task<TwoInstances> StartAsync(Installation on, RedisServer? redis, params (string Name, string Value)[] more)
    {
        var place = await on.NewPlaceAsync();
        var settings = new Dictionary<string, string>(place.Settings);
        if (redis is not null) settings["REDIS_URL"] = redis.Url;
        foreach (var (name, value) in more) settings[name] = value;
        // Both at once; should one not start, the other must not stay.
        Task<ServerProcess>[] starting = [ServerProcess.StartAsync(settings, place.Directory), ServerProcess.StartAsync(settings, place.Directory)];
        await Task.WhenAll(starting).ContinueWith(static _ => { }, TaskScheduler.Default);
        if (starting.FirstOrDefault(start => start.IsFaulted) is { } failed)
        {
            foreach (var start in starting.Where(start => start.IsCompletedSuccessfully)) await (await start).DisposeAsync();
            await failed;
        }

        var two = new TwoInstances(place, await starting[0], await starting[1]);
        two.Session = await Session.BeginAsync(two.First.Http);
        two.Watcher = await Watcher.ConnectAsync(two.Second);
        Assert.True(await two.Watcher.JoinAsync(two.Session.Id));
        two.Reader = await EventReader.OpenAsync(two.Second, two.Session.Id);
        return two;
    }

    /// <summary>Their database, by a hand that rings nobody.</summary>
    public Task<Beside> BesideAsync() => Beside.OpenAsync(_place);

    /// <summary>Waits until both say this of their live feed.</summary>
    public async Task FeedIsAsync(string state)
    {
        foreach (var server in (ServerProcess[])[First, Second]) await server.FeedIsAsync(state);
    }

    public async Task SayAsync(string? text = null)
    {
        var n = Interlocked.Increment(ref _said);
        await Session.RelayedAsync(new { role = "user", text = text ?? $"{n}", itemId = $"item-{n}" });
    }

    /// <summary>Words still being spoken are stored nowhere: only a ring can bring them. Said again until they come.</summary>
    public Task PassingWordsComeAsync(string text) => Eventually.TrueAsync(
        async () =>
        {
            await Session.RelayedAsync(new { role = "user", text, itemId = "passing", isFinal = false });
            return Reader.Heard(text) && Watcher.Entries.Any(entry => entry.Text == text);
        },
        s_patience,
        () => $"Nobody heard {text}.\n{Second.Output}");

    /// <summary>Everything that was said stands on both screens, once each and in order.</summary>
    public async Task AllIsHeardAsync()
    {
        await Eventually.TrueAsync(() => Watcher.Finals.Count >= Said && Reader.Seqs.Count >= Said, s_patience, () => $"{Watcher.Finals.Count} and {Reader.Seqs.Count} of {Said} heard.\n{Second.Output}");
        var all = Enumerable.Range(1, Said).Select(n => (long)n);
        Assert.Equal(all, Watcher.Finals.Select(entry => entry.Seq));
        Assert.Equal(all, Reader.Seqs);
    }

    public async ValueTask DisposeAsync()
    {
        await Reader.DisposeAsync();
        await Watcher.DisposeAsync();
        await First.DisposeAsync();
        await Second.DisposeAsync();
        _place.Dispose();
    }
}

internal static class FeedOf
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    public static async Task FeedIsAsync(this ServerProcess server, string state)
    {
        var told = "";
        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await server.Http.GetAnswerAsync("/api/health");
                var health = await answer.JsonAsync();
                told = health.GetRawText();
                return health.GetProperty("feed").GetProperty("state").GetString() == state;
            },
            s_patience,
            () => $"The feed is not {state}: {told}\n{server.Output}");
    }

    /// <summary>The value of one series, or 0 when it is not there.</summary>
    public static async Task<double> MetricAsync(this ServerProcess server, string series)
    {
        using var answer = await server.Http.GetAnswerAsync("/metrics");
        var line = (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n').FirstOrDefault(text => text.StartsWith(series + " ", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line[(series.Length + 1)..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
