using System.Globalization;
using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Live.SocketIo;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Live;

/// <summary>A database that refuses to be read for a while, by more than that it is away.</summary>
public sealed class WordsThatCannotBeRead(PostgresInstallation on)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Come_on_every_screen_when_they_can()
    {
        using var place = await on.NewPlaceAsync();
        await using var server = await place.StartAsync();
        await using var beside = await Beside.OpenAsync(place);
        var session = await Session.BeginAsync(server.Http);
        await session.RelayedAsync(new { role = "user", text = "before", itemId = "a" });
        await beside.RunAsync("ALTER TABLE transcript_item RENAME TO away");
        await using var watcher = await Watcher.ConnectAsync(server);
        Assert.True(await watcher.JoinAsync(session.Id));
        await using var reader = await EventReader.OpenAsync(server, session.Id);
        using var socket = await server.SocketAsync();
        await socket.TellAsync("40");
        await socket.TellAsync($"421[\"join-session\",\"{session.Id}\"]");
        while (await socket.HearAsync() is var answer && answer != "431[{\"ok\":true}]") Assert.NotNull(answer);
        await socket.TellAsync($"422[\"request-catchup\",{{\"sessionId\":\"{session.Id}\"}}]");
        Assert.Equal("432[{\"ok\":false,\"error\":\"storage_unavailable\"}]", await socket.HearAsync());
        await Eventually.TrueAsync(async () => await PutOffAsync(server) == 3, s_patience, () => $"Not each of the three has failed:\n{server.Output}");
        Assert.Single(server.Output.Split('\n'), static line => line.Contains("can't be read just now", StringComparison.Ordinal));

        await beside.RunAsync("ALTER TABLE away RENAME TO transcript_item");
        await session.RelayedAsync(new { role = "user", text = "after", itemId = "b" });
        await watcher.HeardAsync(2);
        await Eventually.TrueAsync(() => reader.Seqs.Count == 2, s_patience, () => "The stream stayed silent.");
        foreach (var text in (string[])["before", "after"]) Assert.Contains($"\"{text}\"", await socket.HearAsync(), StringComparison.Ordinal);
        Assert.Equal([1L, 2L], watcher.Finals.Select(entry => entry.Seq));
        Assert.Equal([1L, 2L], reader.Seqs);
        Assert.Equal(0, await PutOffAsync(server));
    }

    [Fact]
    public async Task Are_looked_for_again_soon_although_no_line_is_in_doubt()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var two = await TwoInstances.StartAsync(on, redis);
        await using var beside = await two.BesideAsync();
        await two.FeedIsAsync("live");
        await beside.RunAsync("ALTER TABLE encounter RENAME TO away");
        // The bell calls for a look, now and when its line is believed again.
        await redis.AskAsync("CLIENT", "KILL", "TYPE", "pubsub");
        await Eventually.TrueAsync(() => two.Second.Output.Contains("The logs can't be watched just now", StringComparison.Ordinal), s_patience, () => two.Second.Output);
        await two.FeedIsAsync("live");

        // By a hand that rings nobody, before any look can succeed.
        foreach (var step in (string[])[
            $"INSERT INTO transcript_item (encounter_id, item_id, content_index, turn_id, role, channel, source, state, text, created_at, first_seq, last_seq, revision) VALUES ('{two.Session.Id}', 'a', 0, 'a', 'user', 'audio', 'relay', 'final', 'silent', 0, 1, 1, 1)",
            $"INSERT INTO encounter_event (encounter_id, seq, received_at, type, source, item_id, content_index, payload) VALUES ('{two.Session.Id}', 1, 0, 'item', 'relay', 'a', 0, '{{}}')",
            $"UPDATE away SET last_seq = 1 WHERE id = '{two.Session.Id}'"]) Assert.Equal(1, await beside.RunAsync(step));
        await beside.RunAsync("ALTER TABLE away RENAME TO encounter");
        var begun = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(() => two.Watcher.Finals.Count == 1 && two.Reader.Seqs.Count == 1, s_patience, () => two.Second.Output);
        Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(3), two.Second.Output);
    }

    private static async Task<double> PutOffAsync(ServerProcess server)
    {
        var metrics = await server.Http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        var line = metrics.Split('\n').SingleOrDefault(static line => line.StartsWith("live_listeners_put_off", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
