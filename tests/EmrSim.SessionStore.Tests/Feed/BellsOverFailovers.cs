using System.Diagnostics;
using System.Globalization;
using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Tests.Failovers;
using StackExchange.Redis;

namespace EmrSim.SessionStore.Tests.Feed;

/// <summary>Two instances without a database, so that a ring that is heard came over the servers.</summary>
public sealed class BellsOnSentinel(OpenSentinel servers) : IClassFixture<OpenSentinel>
{
    private readonly RedisSentinel _group = servers.Group;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Are_heard_again_on_the_next_primary_and_stay_there_when_the_old_one_returns(bool killed)
    {
        await _group.MendedAsync();
        await using var pair = await BellPair.StartAsync(_group.Url);
        var old = await _group.PrimaryAsync();
        if (killed) await old.KillAsync();
        else old.Stop();
        pair.Ring();
        var next = await _group.NextPrimaryAsync(old);
        await pair.HearEachOtherAsync();
        if (killed) await old.RunAsync();
        else old.Continue();
        await pair.HearEachOtherAsync();
        Assert.Equal(2, (int)(await next.AskAsync("PUBSUB", "NUMSUB", "emrsim:bell:0:0"))[1]);
        await pair.NothingWasMissedSilentlyAsync();
        await _group.DemoteAsync(old);
    }
}

/// <summary>The same on three primaries, over which the channels are spread.</summary>
public sealed class BellsOnACluster(OpenCluster servers) : IClassFixture<OpenCluster>
{
    private readonly RedisCluster _cluster = servers.Cluster;

    [Fact]
    public async Task Ring_on_all_primaries()
    {
        await _cluster.MendedAsync();
        await using var pair = await BellPair.StartAsync(_cluster.Url);
        var channels = new List<int>();
        foreach (var slot in (int[])[0, 8000, 16000]) channels.Add((await (await _cluster.PrimaryOfAsync(slot)).AskItselfAsync("PUBSUB", "SHARDCHANNELS")).Length);
        Assert.Equal(FleetBell.MostLanes, channels.Sum());
        Assert.DoesNotContain(0, channels);
    }

    [Fact]
    public async Task Are_heard_again_on_the_replica_of_a_killed_primary()
    {
        await _cluster.MendedAsync();
        await using var pair = await BellPair.StartAsync(_cluster.Url);
        var slot = await _cluster.SlotAsync("emrsim:bell:0:0");
        var old = await _cluster.PrimaryOfAsync(slot);
        await old.KillAsync();
        pair.Ring();
        await _cluster.NextPrimaryAsync(slot);
        await pair.HearEachOtherAsync();
        await old.RunAsync();
        await pair.HearEachOtherAsync();
        await pair.NothingWasMissedSilentlyAsync();
        await _cluster.SettledAsync();
    }

    [Fact]
    public async Task Are_heard_again_where_the_slot_of_their_channel_was_moved_to()
    {
        await _cluster.MendedAsync();
        await using var pair = await BellPair.StartAsync(_cluster.Url);
        var slot = await _cluster.SlotAsync("emrsim:bell:0:1");
        await _cluster.MoveSlotsAsync(slot, 1);
        await pair.HearEachOtherAsync();
        await pair.NothingWasMissedSilentlyAsync();
        var owner = await _cluster.PrimaryOfAsync(slot);
        Assert.Equal(2, (int)(await owner.AskItselfAsync("PUBSUB", "SHARDNUMSUB", "emrsim:bell:0:1"))[1]);
    }
}

/// <summary>Two instances that ring for each other on many topics, which are on all channels together.</summary>
internal sealed class BellPair : IAsyncDisposable
{
    private const int Topics = 40;
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly Dictionary<Listener, int> _missedAtFirst = [];
    private readonly Listener _one;
    private readonly Listener _two;
    private int _rounds;

    private BellPair(Listener one, Listener two) => (_one, _two) = (one, two);

    public static async Task<BellPair> StartAsync(string address)
    {
        var pair = new BellPair(await Listener.StartAsync(address, null), await Listener.StartAsync(address, null));
        await pair._one.BecomesAsync("live");
        await pair._two.BecomesAsync("live");
        await pair.HearEachOtherAsync();
        foreach (var side in (Listener[])[pair._one, pair._two]) pair._missedAtFirst[side] = side.Missed;
        return pair;
    }

    /// <summary>Once on every topic, both for each other.</summary>
    public void Ring()
    {
        _rounds++;
        for (var topic = 0; topic < Topics; topic++)
        {
            _one.Ring($"topic-{topic}", $"{_rounds}");
            _two.Ring($"topic-{topic}", $"{_rounds}");
        }
    }

    /// <summary>Rings until a whole round that began after this was heard on both sides, and both say that all is well.</summary>
    public async Task HearEachOtherAsync()
    {
        var before = _rounds;
        var last = Stopwatch.StartNew();
        await Eventually.TrueAsync(
            () =>
            {
                if (_rounds == before || last.Elapsed > s_pace)
                {
                    Ring();
                    last.Restart();
                }

                return WholeRounds(_one).Intersect(WholeRounds(_two)).Any(round => round > before) && _one.State == "live" && _two.State == "live";
            },
            s_patience,
            () => $"{_one.State} {_one.Problem}, {_two.State} {_two.Problem}\n{_one.Log}");
    }

    /// <summary>Nothing was heard twice, and who has not heard everything was told to look.</summary>
    public async Task NothingWasMissedSilentlyAsync()
    {
        foreach (var side in (Listener[])[_one, _two])
        {
            await Eventually.TrueAsync(() => side.Heard.Count == Topics * _rounds || side.Missed > _missedAtFirst[side], s_patience, () => $"{side.Heard.Count} of {Topics * _rounds}, none missed.");
            Assert.Equal(side.Heard.Distinct().Count(), side.Heard.Count);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    private static IEnumerable<int> WholeRounds(Listener side) =>
        side.Heard.Select(static ring => int.Parse(ring.AsSpan(ring.IndexOf('=', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture)).CountBy(static round => round).Where(static round => round.Value == Topics).Select(static round => round.Key);
}
