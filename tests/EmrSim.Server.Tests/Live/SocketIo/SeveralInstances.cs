using System.Net;
using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Live.SocketIo;

/// <summary>The official client before several instances, and what an instance does with too many and too slow clients.</summary>
public sealed class SeveralInstances(PostgresInstallation postgres, SqliteInstallation sqlite)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("websocket")]
    [InlineData("polling")]
    public async Task Tell_what_was_said_at_another_one(string transport)
    {
        await using var redis = await RedisServer.StartAsync();
        await using var two = await TwoInstances.StartAsync(postgres, redis);
        await two.FeedIsAsync("live");
        await using var client = await OfficialClient.ConnectAsync(two.Second, transport, upgrade: false);
        Assert.True((await client.AskAsync("join-session", two.Session.Id)).GetProperty("ok").GetBoolean());
        for (var n = 0; n < 5; n++) await two.SayAsync();
        await client.HeardAsync("transcript", 5);
        await redis.KillAsync();
        for (var n = 0; n < 5; n++) await two.SayAsync();
        await client.HeardAsync("transcript", 10);
        Assert.Equal(Enumerable.Range(1, 10), client.Transcripts.Select(entry => entry.GetProperty("seq").GetInt32()));
    }

    [Fact]
    public async Task Need_nothing_of_a_balancer_for_a_web_socket()
    {
        await using var two = await TwoInstances.StartAsync(postgres, null);
        await using var balancer = new Balancer(byAddress: false, two.First, two.Second);
        OfficialClient[] clients = [OfficialClient.Begin(balancer.Port, "websocket"), OfficialClient.Begin(balancer.Port, "websocket")];
        foreach (var client in clients)
        {
            await client.HeardAsync("connect", 1);
            await client.AskAsync("join-session", two.Session.Id);
        }

        await two.SayAsync();
        foreach (var client in clients)
        {
            await client.HeardAsync("transcript", 1);
            Assert.Empty(client.Heard("connect_error"));
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Need_a_balancer_that_keeps_an_address_at_one_instance_for_long_polling()
    {
        await using var two = await TwoInstances.StartAsync(postgres, null);
        await using (var inTurn = new Balancer(byAddress: false, two.First, two.Second))
        {
            await using var lost = OfficialClient.Begin(inTurn.Port, "polling", upgrade: false);
            await lost.HeardAsync("connect_error", 1);
        }

        await using var byAddress = new Balancer(byAddress: true, two.First, two.Second);
        await using var client = OfficialClient.Begin(byAddress.Port, "polling", upgrade: false);
        await client.HeardAsync("connect", 1);
        await client.AskAsync("join-session", two.Session.Id);
        await two.SayAsync();
        await client.HeardAsync("transcript", 1);
        Assert.Empty(client.Heard("connect_error"));
    }

    [Fact]
    public async Task Take_no_more_connections_than_they_are_set_to()
    {
        await using var server = await ServerProcess.StartAsync(new Dictionary<string, string> { ["SOCKET_IO_CONNECTIONS"] = "3" });
        var one = await server.Http.ConnectedAsync();
        await server.Http.ConnectedAsync();
        using var socket = await server.SocketAsync();
        await socket.HearAsync();
        using var refused = await server.Http.GetAnswerAsync(RawClient.Polling);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("too_many_connections", (await refused.JsonAsync()).GetProperty("error").GetString());
        Assert.Equal(5, refused.Headers.RetryAfter?.Delta?.TotalSeconds);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.SendAsync(one, "1")).Status);
        await Eventually.TrueAsync(
            async () =>
            {
                using var again = await server.Http.GetAnswerAsync(RawClient.Polling);
                return again.StatusCode == HttpStatusCode.OK;
            },
            s_patience,
            () => "A place that was left was not given away.");
    }

    [Fact]
    public async Task Drop_a_client_that_takes_nothing_and_keep_the_others()
    {
        using var place = await sqlite.NewPlaceAsync();
        await using var server = await ServerProcess.StartAsync(new Dictionary<string, string>(place.Settings) { ["SOCKET_IO_SLOW_SECONDS"] = "1" }, place.Directory);
        var session = await Session.BeginAsync(server.Http);
        var slow = await server.Http.ConnectedAsync();
        await server.Http.SendAsync(slow, $"42[\"join-session\",\"{session.Id}\"]");
        await using var quick = await OfficialClient.ConnectAsync(server, "websocket");
        await quick.AskAsync("join-session", session.Id);
        for (var n = 0; n < 400; n++) await session.RelayedAsync(new { role = "user", text = $"{n}", itemId = $"{n}" });
        await quick.HeardAsync("transcript", 400);
        await Eventually.TrueAsync(() => server.Output.Contains("took nothing for too long", StringComparison.Ordinal), s_patience, () => server.Output);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.Http.PollAsync(slow)).Status);
        Assert.Empty(quick.Heard("disconnect"));
    }

    [Fact]
    public async Task Are_changed_over_by_a_web_socket_client_whose_instance_was_killed()
    {
        await using var two = await TwoInstances.StartAsync(postgres, null);
        await using var balancer = new Balancer(byAddress: false, two.First, two.Second);
        await using var client = OfficialClient.Begin(balancer.Port, "websocket");
        await client.HeardAsync("connect", 1);
        await client.AskAsync("join-session", two.Session.Id);
        await two.SayAsync();
        await client.HeardAsync("transcript", 1);
        await two.First.KillAsync();
        await client.HeardAsync("disconnect", 1);
        var there = two.Session.At(two.Second.Http);
        await there.RelayedAsync(new { role = "user", text = "missed", itemId = "missed" });
        await client.HeardAsync("connect", 2);
        await client.EmitAsync("request-catchup", new { sessionId = two.Session.Id, afterSeq = 1 });
        var missed = await client.HeardAsync("catchup-transcripts", 1);
        Assert.Equal("missed", Assert.Single(missed.GetProperty("transcripts").EnumerateArray()).GetProperty("text").GetString());
        await client.AskAsync("join-session", two.Session.Id);
        await there.RelayedAsync(new { role = "user", text = "now", itemId = "now" });
        await client.HeardAsync("transcript", 4);
        Assert.Equal([1, 1, 2, 3], client.Transcripts.Select(entry => entry.GetProperty("seq").GetInt32()));
    }
}
