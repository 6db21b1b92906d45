using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Live.SocketIo;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;
using EmrSim.Server.Transcripts;

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
        await Eventually.TrueAsync(() => server.Output.Split("can't be read just now").Length > 3, s_patience, () => $"Not each of the three has failed:\n{server.Output}");

        await beside.RunAsync("ALTER TABLE away RENAME TO transcript_item");
        await session.RelayedAsync(new { role = "user", text = "after", itemId = "b" });
        await watcher.HeardAsync(2);
        await Eventually.TrueAsync(() => reader.Seqs.Count == 2, s_patience, () => "The stream stayed silent.");
        foreach (var text in (string[])["before", "after"]) Assert.Contains($"\"{text}\"", await socket.HearAsync(), StringComparison.Ordinal);
        Assert.Equal([1L, 2L], watcher.Finals.Select(entry => entry.Seq));
        Assert.Equal([1L, 2L], reader.Seqs);
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
        await beside.RunAsync("ALTER TABLE away RENAME TO encounter");
        var begun = TimeProvider.System.GetTimestamp();

        // By a hand that rings nobody.
        await beside.Transcripts.AppendAsync(two.Session.Id, new NewTurn("a", "user", "silent", "audio", "relay"), TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => two.Watcher.Finals.Count == 1 && two.Reader.Seqs.Count == 1, s_patience, () => two.Second.Output);
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun).TotalSeconds, 0, 3);
    }
}
