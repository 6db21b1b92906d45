using System.Net;
using EmrSim.Fleet.Tests.Instances;
using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Redis;
using EmrSim.SessionStore.Tiered;
using StackExchange.Redis;

namespace EmrSim.SessionStore.Tests.Outages;

public sealed class LongOutages
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_connection_that_was_made_anew_during_the_outage_is_ready_when_the_server_is()
    {
        await using var redis = await RedisServer.StartAsync();
        using var log = new KeptLog();
        await using var connection = new RedisConnection(StoreUrl.Parse($"redis://localhost:{redis.Port}"), TimeProvider.System, log) { RenewAfter = TimeSpan.FromMilliseconds(600) };
        await connection.StartAsync(s_patience, TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => connection.IsReady, s_patience, () => $"{connection.LastError}");
        await redis.KillAsync();
        await Eventually.TrueAsync(() => log.Count("lost (") == 1, s_patience, static () => "Its end is not noticed.");
        for (var round = 0; round < 2; round++)
        {
            var before = connection.Multiplexer;
            await Eventually.TrueAsync(() => connection.Multiplexer != before, s_patience, static () => "It stays with what does not work.");
        }

        await redis.RunAsync();
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await connection.Database.StringSetAsync("k", "v");
                    connection.NoteGood();
                    return true;
                }
                catch (Exception early) when (early is RedisException or TierUnavailableException or TimeoutException)
                {
                    return false;
                }
            },
            s_patience,
            () => $"{connection.LastError} {string.Join('\n', log.Lines)}");
        // One client is left: what was made anew took the old one's place.
        await Eventually.TrueAsync(async () => ((string)(await redis.AskAsync("CLIENT", "LIST"))!).Split('\n').Count(static line => line.Contains("name=emrsim ", StringComparison.Ordinal)) <= 2, s_patience, static () => "Old clients stay.");
    }

    [Fact]
    public async Task A_node_of_a_cluster_that_is_named_alone_is_not_left_for_the_sake_of_another_one()
    {
        await using var node = Node();
        await using var other = Node();
        await node.RunAsync();
        await other.RunAsync();
        await node.AskItselfAsync("CLUSTER", "ADDSLOTSRANGE", 0, 9999);
        await other.AskItselfAsync("CLUSTER", "ADDSLOTSRANGE", 10_000, 16383);
        await node.AskItselfAsync("CLUSTER", "MEET", "127.0.0.1", other.Port, other.BusPort);
        await Eventually.TrueAsync(async () => ((RedisResult[])(await node.AskItselfAsync("CLUSTER", "SLOTS"))!).Length == 2, s_patience, static () => "The nodes do not meet.");
        using var log = new KeptLog();
        await using var connection = new RedisConnection(StoreUrl.Parse(node.Url), TimeProvider.System, log);
        await connection.StartAsync(s_patience, TestContext.Current.CancellationToken);
        IServer? known = null;
        await Eventually.TrueAsync(
            async () =>
            {
                if (!connection.IsReady) return false;
                await connection.LookAgainAsync();
                known = connection.Multiplexer!.GetServers().FirstOrDefault(server => server is { IsConnected: true, EndPoint: IPEndPoint at } && at.Port == other.Port);
                return known is not null;
            },
            s_patience,
            () => $"The other one does not become known. {string.Join('\n', log.Lines)}");
        await other.KillAsync();
        await Eventually.TrueAsync(() => !known!.IsConnected, s_patience, static () => "Its end is not noticed.");
        // What the client tells of it comes after it knows; by then it has told.
        await connection.Multiplexer!.GetServer("127.0.0.1", node.Port).PingAsync();
        Assert.True(connection.IsReady);
        Assert.Equal((null, 0), (connection.LastError, log.Count("lost (")));
    }

    [Fact]
    public async Task A_server_that_can_not_be_reached_for_moments_is_not_left_and_taken_up_again_each_time()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        await using var redis = await RedisServer.StartAsync();
        await using var link = new StoreLink(redis.Port);
        await using var running = await RunningStore.StartAsync(new() { Server = StoreUrl.Parse($"redis://127.0.0.1:{link.Port}") });
        for (var cut = 0; cut < 30; cut++)
        {
            link.Cut();
            await Task.Delay(random.Next(20, 200), TestContext.Current.CancellationToken);
            link.Restore();
            await Task.Delay(random.Next(100, 500), TestContext.Current.CancellationToken);
        }

        TestContext.Current.SendDiagnosticMessage("{0} times", running.Log.Count("is left"));
        Assert.InRange(running.Log.Count("is left"), 1, 20);
        await Eventually.TrueAsync(() => !running.Host.Status.Degraded, s_patience, () => $"seed {seed}: {running.Host.Status}");
    }

    private static RedisServer Node()
    {
        var bus = Ports.Take();
        return RedisServer.Prepare(["--cluster-enabled", "yes", "--cluster-port", $"{bus}", "--cluster-require-full-coverage", "no"], busPort: bus);
    }
}
