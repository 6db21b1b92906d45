using System.Text.Json;
using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Live.SocketIo;

/// <summary>The official Socket.IO client against a real server.</summary>
public sealed class ExistingClients(SqliteInstallation on)
{
    [Theory]
    [InlineData("websocket", true)]
    [InlineData("polling", false)]
    [InlineData("polling,websocket", true)]
    public async Task Hear_what_was_said_before_and_then_what_is_said(string transports, bool upgrade)
    {
        var server = await on.ServerAsync();
        var session = await Session.BeginAsync(server.Http);
        await session.RelayedAsync(new { role = "user", text = "before é😀", itemId = "a", startedAt = 1_700_000_000_000, finalizedAt = 1_700_000_001_000, emittedAt = 1_700_000_002_000, media = new { id = "m1", type = "image" } });
        await using var client = await OfficialClient.ConnectAsync(server, transports, upgrade);
        if (transports.Contains(',', StringComparison.Ordinal)) Assert.Equal("websocket", (await client.HeardAsync("upgrade", 1)).GetProperty("transport").GetString());
        await client.EmitAsync("join-session", session.Id);
        var replayed = await client.HeardAsync("transcript", 1);
        await session.RelayedAsync(new { role = "assistant", text = "no", itemId = "b", isFinal = false });
        await session.RelayedAsync(new { role = "assistant", text = "now", itemId = "b" });
        using var error = await server.Http.PostAsync("/api/voice/transcript-error", new { session_id = session.Id, error = "no sound" });
        var failure = await client.HeardAsync("transcript-error", 1);
        await client.HeardAsync("transcript", 3);

        Assert.Equal(["before é😀", "no", "now"], client.Transcripts.Select(entry => entry.GetProperty("text").GetString()));
        Assert.Equal([true, false, true], client.Transcripts.Select(entry => entry.GetProperty("isFinal").GetBoolean()));
        Assert.Equal([1L, 0L, 2L], client.Transcripts.Select(entry => entry.GetProperty("seq").GetInt64()));
        Assert.Equal(["user", "assistant", "assistant"], client.Transcripts.Select(entry => entry.GetProperty("role").GetString()));
        Assert.All(client.Transcripts, entry => Assert.Equal("backend", entry.GetProperty("source").GetString()));
        Assert.Equal(
            (1_700_000_001_000, 1_700_000_000_000, 1_700_000_001_000, 1_700_000_002_000, "a", "m1", "final", 1),
            (Number(replayed, "timestamp"), Number(replayed, "startedAtMs"), Number(replayed, "finalizedAtMs"), Number(replayed, "emittedAtMs"), replayed.GetProperty("itemId").GetString(),
                replayed.GetProperty("media").GetProperty("id").GetString(), replayed.GetProperty("state").GetString(), replayed.GetProperty("revision").GetInt32()));
        Assert.Equal(JsonValueKind.Null, client.Transcripts[2].GetProperty("media").ValueKind);
        Assert.Equal("no sound", failure.GetProperty("error").GetString());
        Assert.True(Number(failure, "timestamp") > 0);
        Assert.Empty(client.Heard("disconnect"));
    }

    [Theory]
    [InlineData("websocket")]
    [InlineData("polling")]
    [InlineData("polling,websocket")]
    public async Task Connect_again_after_a_crash_and_catch_up(string transports)
    {
        using var place = await on.NewPlaceAsync();
        var first = await place.StartAsync();
        var session = await Session.BeginAsync(first.Http);
        await using var client = await OfficialClient.ConnectAsync(first, transports);
        await client.EmitAsync("join-session", session.Id);
        await session.RelayedAsync(new { role = "user", text = "one", itemId = "1", timestamp = 1_700_000_000_000 });
        await client.HeardAsync("transcript", 1);
        await first.KillAsync();
        await client.HeardAsync("disconnect", 1);
        var settings = new Dictionary<string, string>(place.Settings) { ["PORT"] = $"{first.Port}" };
        await first.DisposeAsync();

        await using var second = await ServerProcess.StartAsync(settings, place.Directory);
        var again = session.At(second.Http);
        await again.RelayedAsync(new { role = "user", text = "two", itemId = "2", timestamp = 1_700_000_001_000 });
        await again.RelayedAsync(new { role = "user", text = "t", itemId = "3", isFinal = false });
        await client.HeardAsync("connect", 2);
        await client.EmitAsync("request-catchup", new { sessionId = session.Id, since = 1_700_000_000_000 });
        Assert.Equal(["two"], Words(await client.HeardAsync("catchup-transcripts", 1)));
        await client.EmitAsync("request-catchup", new { sessionId = session.Id });
        Assert.Equal(["one", "two"], Words(await client.HeardAsync("catchup-transcripts", 2)));
        await client.EmitAsync("request-catchup", new { sessionId = session.Id, afterSeq = 1 });
        Assert.Equal(["two"], Words(await client.HeardAsync("catchup-transcripts", 3)));
        await client.EmitAsync("join-session", session.Id);
        await client.HeardAsync("transcript", 3);
        Assert.Equal(["one", "one", "two"], client.Transcripts.Select(entry => entry.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Are_told_why_they_are_not_joined_when_they_ask()
    {
        var server = await on.ServerAsync();
        var session = await Session.BeginAsync(server.Http);
        await using var client = await OfficialClient.ConnectAsync(server, "websocket");
        Assert.Equal("""{"ok":false,"error":"session_not_found"}""", (await client.AskAsync("join-session", "nobody")).GetRawText());
        Assert.Equal("""{"ok":false,"error":"missing_session_id"}""", (await client.AskAsync("join-session", "")).GetRawText());
        Assert.Equal("""{"ok":false,"error":"missing_session_id"}""", (await client.AskAsync("join-session", new { a = 1 })).GetRawText());
        Assert.Equal("""{"ok":false,"error":"session_not_found"}""", (await client.AskAsync("request-catchup", new { sessionId = "nobody", since = 0 })).GetRawText());
        Assert.Equal("""{"ok":false,"error":"unknown_event"}""", (await client.AskAsync("sing", "loudly")).GetRawText());
        Assert.Equal("""{"ok":true}""", (await client.AskAsync("join-session", session.Id)).GetRawText());
        Assert.Empty(client.Heard("disconnect"));
    }

    [Fact]
    public async Task Follow_up_to_fifty_encounters_and_leave_them()
    {
        var server = await on.ServerAsync();
        var sessions = await Task.WhenAll(Enumerable.Range(0, 51).Select(_ => Session.BeginAsync(server.Http)));
        await using var client = await OfficialClient.ConnectAsync(server, "websocket");
        foreach (var session in sessions.Take(50)) Assert.True((await client.AskAsync("join-session", session.Id)).GetProperty("ok").GetBoolean());
        Assert.Equal("too_many_joined", (await client.AskAsync("join-session", sessions[50].Id)).GetProperty("error").GetString());
        Assert.True((await client.AskAsync("leave-session", sessions[0].Id)).GetProperty("ok").GetBoolean());
        Assert.True((await client.AskAsync("join-session", sessions[50].Id)).GetProperty("ok").GetBoolean());
        await sessions[0].RelayedAsync(new { role = "user", text = "left", itemId = "a" });
        await sessions[1].RelayedAsync(new { role = "user", text = "one", itemId = "a" });
        await sessions[50].RelayedAsync(new { role = "user", text = "last", itemId = "a" });
        await client.HeardAsync("transcript", 2);
        Assert.Equal(["last", "one"], client.Transcripts.Select(entry => entry.GetProperty("text").GetString()).Order());
    }

    [Fact]
    public async Task Get_every_word_of_a_long_history_in_order_while_more_is_said()
    {
        var server = await on.ServerAsync();
        var session = await Session.BeginAsync(server.Http);
        await Task.WhenAll(Enumerable.Range(0, 600).Select(n => session.RelayedAsync(new { role = "user", text = $"{n}", itemId = $"{n}" })));
        await using var web = await OfficialClient.ConnectAsync(server, "websocket");
        await using var polling = await OfficialClient.ConnectAsync(server, "polling", upgrade: false);
        await using var changing = await OfficialClient.ConnectAsync(server, "polling,websocket");
        OfficialClient[] clients = [web, polling, changing];
        var speaking = Task.WhenAll(Enumerable.Range(600, 200).Select(n => session.RelayedAsync(new { role = "user", text = $"{n}", itemId = $"{n}" })));
        foreach (var client in clients) await client.EmitAsync("join-session", session.Id);
        await speaking;
        foreach (var client in clients)
        {
            await client.HeardAsync("transcript", 800);
            Assert.Equal(Enumerable.Range(1, 800).Select(seq => (long)seq), client.Transcripts.Select(entry => Number(entry, "seq")));
        }
    }

    private static long Number(JsonElement entry, string name) => entry.GetProperty(name).GetInt64();

    private static IEnumerable<string?> Words(JsonElement caughtUp) => caughtUp.GetProperty("transcripts").EnumerateArray().Select(entry => entry.GetProperty("text").GetString());
}
