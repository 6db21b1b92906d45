using System.Diagnostics;
using System.Net;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;
using EmrSim.Server.Transcripts;

namespace EmrSim.Server.Tests.Encounters;

public sealed class EndingOnSqlite(SqliteInstallation on) : Ending(on);

public sealed class EndingOnPostgres(PostgresInstallation on) : Ending(on);

public abstract class Ending(Installation on)
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_not_done_by_a_body_that_can_not_be_read()
    {
        var http = (await on.ServerAsync()).Http;
        var session = await Session.BeginAsync(http);
        using var unreadable = await http.PostTextAsync($"{session.Path}/end", "{bad");
        await unreadable.RefusedAsync(HttpStatusCode.BadRequest, "invalid_json");
        Assert.Equal("active", (await session.ReadAsync()).GetProperty("state").GetString());
        using var bare = await http.PostTextAsync($"{session.Path}/end", "");
        Assert.Equal(HttpStatusCode.OK, bare.StatusCode);
    }

    [Fact]
    public async Task Takes_the_late_words_of_its_grace_and_none_after()
    {
        var http = (await on.ServerAsync()).Http;
        var session = await Session.BeginAsync(http);
        await using var beside = await on.BesideAsync();
        await session.RelayedAsync(new { role = "user", text = "early", itemId = "a", startedAt = 1_790_000_000_000 });
        await beside.Transcripts.AppendAsync(session.Id, new("z", "user", "", "audio", "witness", "b", State: TurnState.Pending), Now);
        var ending = session.EndedAsync();
        await Eventually.TrueAsync(async () => (await session.ReadAsync()).GetProperty("state").GetString() != "active", TimeSpan.FromSeconds(5), () => "It did not begin to end.");
        await session.RelayedAsync(new { role = "assistant", text = "late", itemId = "b", startedAt = 1_790_000_000_001 });
        using var message = await session.SayAsync(new { text = "one more thing" });
        await message.RefusedAsync(HttpStatusCode.Conflict, "encounter_ended");
        await beside.Transcripts.AppendAsync(session.Id, new("z", "user", "last", "audio", "witness"), Now);

        var ended = await ending;
        Assert.Equal("ended", ended.GetProperty("summary").GetString());
        Assert.Equal("""{"state":"final","expected":3,"final":3,"failed":0,"interrupted":0,"abandoned":0,"witnessed":1}""", ended.GetProperty("metrics").GetRawText());
        Assert.Equal(["early", "late", "last"], await session.WordsAsync());

        await session.RelayedAsync(new { role = "assistant", text = "late", itemId = "b" });
        using var more = await session.RelayAsync(new { role = "user", text = "too late", itemId = "c" });
        await more.RefusedAsync(HttpStatusCode.Conflict, "encounter_ended");
        using var partial = await session.RelayAsync(new { role = "user", text = "too l", itemId = "c", isFinal = false });
        await partial.RefusedAsync(HttpStatusCode.Conflict, "encounter_ended");
        using var posted = await session.PostTurnsAsync(new { role = "user", text = "too late" });
        await posted.RefusedAsync(HttpStatusCode.Conflict, "encounter_ended");
        using var phase = await http.PostAsync($"{session.Path}/sps/phase", new { signal = "move_objective" });
        await phase.RefusedAsync(HttpStatusCode.NotFound, "sps_session_not_found");
        Assert.Equal(["early", "late", "last"], await session.WordsAsync());
    }

    [Fact]
    public async Task Keeps_its_grace_also_when_nothing_is_outstanding()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        var watch = Stopwatch.StartNew();
        await session.EndedAsync();
        Assert.True(watch.Elapsed >= TimeSpan.FromMilliseconds(490), $"{watch.Elapsed}");
    }

    [Fact]
    public async Task Answers_everyone_who_asks_the_same()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        await session.RelayedAsync(new { role = "user", text = "x", itemId = "a" });
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => session.EndedAsync()));
        var later = await session.EndedAsync();
        Assert.All(answers, answer => Assert.Equal(later.GetRawText(), answer.GetRawText()));
    }

    [Fact]
    public async Task Goes_on_when_the_one_who_asked_has_gone()
    {
        var server = await on.ServerAsync();
        var session = await Session.BeginAsync(server.Http);
        await using var beside = await on.BesideAsync();
        await beside.Transcripts.AppendAsync(session.Id, new("z", "user", "", "audio", "witness", State: TurnState.Pending), Now);
        using var impatient = new HttpClient { BaseAddress = server.Http.BaseAddress };
        var asked = session.At(impatient).EndAsync();
        await Eventually.TrueAsync(async () => (await session.ReadAsync()).GetProperty("state").GetString() == "draining", TimeSpan.FromSeconds(10), () => "It did not begin to end.");
        impatient.CancelPendingRequests();
        await Assert.ThrowsAsync<TaskCanceledException>(() => asked);
        await beside.Transcripts.AppendAsync(session.Id, new("z", "user", "bye", "audio", "witness"), Now);
        await Eventually.TrueAsync(async () => (await session.ReadAsync()).GetProperty("state").GetString() == "final", TimeSpan.FromSeconds(10), () => "It did not end.");
    }

    [Fact]
    public async Task Waits_for_the_words_that_are_still_to_come()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        await using var beside = await on.BesideAsync();
        await beside.Transcripts.AppendAsync(session.Id, new("a", "user", "", "audio", "witness", State: TurnState.Pending), Now);
        var ending = session.EndedAsync();
        await Eventually.TrueAsync(async () => (await session.ReadAsync()).GetProperty("state").GetString() == "draining", TimeSpan.FromSeconds(5), () => "It did not drain.");
        Assert.False(ending.IsCompleted);
        await beside.Transcripts.AppendAsync(session.Id, new("a", "user", "my last words", "audio", "witness"), Now);
        Assert.Equal("""{"state":"final","expected":1,"final":1,"failed":0,"interrupted":0,"abandoned":0,"witnessed":1}""", (await ending).GetProperty("metrics").GetRawText());
        Assert.Equal(["my last words"], await session.WordsAsync());
    }

    [Fact]
    public async Task Records_what_never_came()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        await using var beside = await on.BesideAsync();
        await beside.Transcripts.AppendAsync(session.Id, new("a", "user", "", "audio", "witness", State: TurnState.Pending), Now);
        await beside.Transcripts.AppendAsync(session.Id, new("b", "user", "", "audio", "witness", "a", State: TurnState.Failed, Failure: "audio_unintelligible"), Now);
        await beside.Transcripts.AppendAsync(session.Id, new("c", "assistant", "It hurts when", "audio", "witness", "b", State: TurnState.Interrupted), Now);
        var ended = await session.EndedAsync();
        Assert.Equal("""{"state":"final","expected":3,"final":0,"failed":1,"interrupted":1,"abandoned":1,"witnessed":3}""", ended.GetProperty("metrics").GetRawText());
        Assert.Equal(["It hurts when"], await session.WordsAsync());
    }

    [Fact]
    public async Task Is_finished_by_another_instance_when_its_own_has_died()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        await using var beside = await on.BesideAsync();
        var past = TimeProvider.System.GetUtcNow().AddSeconds(-20).ToUnixTimeMilliseconds();
        await beside.RunAsync($"UPDATE encounter SET state = 'draining', ended_at = {past} WHERE id = '{session.Id}'");
        await Eventually.TrueAsync(async () => (await session.ReadAsync()).GetProperty("state").GetString() == "final", TimeSpan.FromSeconds(15), () => "Nobody finished it.");
    }

    [Fact]
    public async Task Comes_to_those_that_everyone_has_left()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        await session.RelayedAsync(new { role = "user", text = "hello?", itemId = "a" });
        await using var beside = await on.BesideAsync();
        var past = TimeProvider.System.GetUtcNow().AddHours(-25).ToUnixTimeMilliseconds();
        await beside.RunAsync($"UPDATE encounter SET touched_at = {past} WHERE id = '{session.Id}'");
        await Eventually.TrueAsync(async () => (await session.ReadAsync()).GetProperty("state").GetString() == "abandoned", TimeSpan.FromSeconds(15), () => "Nobody closed it.");
        Assert.Equal("abandoned", (await session.EndedAsync()).GetProperty("metrics").GetProperty("state").GetString());
        Assert.Equal(["hello?"], await session.WordsAsync());
    }
}
