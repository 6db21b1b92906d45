using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;
using Microsoft.AspNetCore.SignalR;

namespace EmrSim.Server.Tests.Live;

public sealed class WatchingOnSqlite(SqliteInstallation on) : Watching(on);

public sealed class WatchingOnPostgres(PostgresInstallation on) : Watching(on);

public abstract class Watching(Installation on)
{
    [Fact]
    public async Task Tells_what_was_said_before_and_what_is_said_now_once_each()
    {
        var server = await on.ServerAsync();
        var session = await Session.BeginAsync(server.Http);
        await session.RelayedAsync(new { role = "user", text = "before", itemId = "a", media = new { id = "m1" } });
        await using var watcher = await Watcher.ConnectAsync(server);
        Assert.True(await watcher.JoinAsync(session.Id));
        await watcher.HeardAsync(1);
        await session.RelayedAsync(new { role = "user", text = "no", itemId = "b", isFinal = false });
        await session.RelayedAsync(new { role = "user", text = "now", itemId = "b" });
        await session.RelayedAsync(new { role = "user", text = "now", itemId = "b" });
        using var error = await server.Http.PostAsync("/api/voice/transcript-error", new { session_id = session.Id, error = "no sound" });
        using var phase = await server.Http.PostAsync($"{session.Path}/sps/phase", new { signal = "move_objective" });
        await Eventually.TrueAsync(() => watcher.Changes.Any(change => change.Phase == "objective"), TimeSpan.FromSeconds(5), () => "No change was told.");
        Assert.Equal(["before", "no", "now"], watcher.Entries.Select(entry => entry.Text));
        Assert.Equal([1L, 0L, 2L], watcher.Entries.Select(entry => entry.Seq));
        Assert.Equal([true, false, true], watcher.Entries.Select(entry => entry.IsFinal));
        Assert.Equal("m1", watcher.Entries.First().Media!.Value.GetProperty("id").GetString());
        Assert.Equal("no sound", Assert.Single(watcher.Errors).Error);
    }

    [Fact]
    public async Task Goes_on_from_a_place_without_a_hole_however_many_speak()
    {
        var server = await on.ServerAsync();
        var session = await Session.BeginAsync(server.Http);
        await session.RelayedAsync(new { role = "user", text = "0", itemId = "0" });
        var speaking = Task.WhenAll(Enumerable.Range(1, 300).Select(n => session.RelayedAsync(new { role = "user", text = $"{n}", itemId = $"{n}" })));
        await using var watcher = await Watcher.ConnectAsync(server);
        Assert.True(await watcher.JoinAsync(session.Id, 1));
        await speaking;
        await watcher.HeardAsync(300);
        Assert.Equal(Enumerable.Range(2, 300).Select(seq => (long)seq), watcher.Finals.Select(entry => entry.Seq));
        Assert.Equal(300, watcher.Finals.Select(entry => entry.ItemId).Distinct().Count());
        Assert.Equal(Enumerable.Range(102, 200).Select(seq => (long)seq), (await watcher.CatchupAsync(session.Id, 101)).Select(entry => entry.Seq));
    }

    [Fact]
    public async Task Refuses_unknown_encounters_and_too_many()
    {
        var server = await on.ServerAsync();
        await using var watcher = await Watcher.ConnectAsync(server);
        Assert.False(await watcher.JoinAsync("nobody"));
        Assert.False(await watcher.JoinAsync("a\0b"));
        var unknown = await Assert.ThrowsAsync<HubException>(() => watcher.CatchupAsync("nobody", 0));
        Assert.Contains("session_not_found", unknown.Message, StringComparison.Ordinal);

        var sessions = await Task.WhenAll(Enumerable.Range(0, 51).Select(_ => Session.BeginAsync(server.Http)));
        foreach (var session in sessions.Take(50)) Assert.True(await watcher.JoinAsync(session.Id));
        var refused = await Assert.ThrowsAsync<HubException>(() => watcher.JoinAsync(sessions[50].Id));
        Assert.Contains("too_many_joined", refused.Message, StringComparison.Ordinal);
        await watcher.LeaveAsync(sessions[0].Id);
        Assert.True(await watcher.JoinAsync(sessions[50].Id));
    }

    [Fact]
    public async Task Says_nothing_more_of_an_encounter_that_was_left()
    {
        var server = await on.ServerAsync();
        var session = await Session.BeginAsync(server.Http);
        await using var watcher = await Watcher.ConnectAsync(server);
        await using var other = await Watcher.ConnectAsync(server);
        await watcher.JoinAsync(session.Id);
        await other.JoinAsync(session.Id);
        await watcher.LeaveAsync(session.Id);
        await session.RelayedAsync(new { role = "user", text = "x", itemId = "a" });
        await other.HeardAsync(1);
        Assert.Empty(watcher.Entries);
    }

    [Fact]
    public async Task Shows_the_words_of_another_instance_and_writes_beside_it()
    {
        using var place = await on.NewPlaceAsync();
        await using var one = await place.StartAsync();
        await using var two = await place.StartAsync();
        var here = await Session.BeginAsync(one.Http);
        var there = here.At(two.Http);
        await using var watcher = await Watcher.ConnectAsync(two);
        Assert.True(await watcher.JoinAsync(here.Id));
        await Task.WhenAll(
            Task.WhenAll(Enumerable.Range(0, 50).Select(n => here.RelayedAsync(new { role = "user", text = $"here {n}", itemId = $"here-{n}" }))),
            Task.WhenAll(Enumerable.Range(0, 50).Select(n => there.RelayedAsync(new { role = "assistant", text = $"there {n}", itemId = $"there-{n}" }))),
            Task.WhenAll(Enumerable.Range(0, 20).Select(_ => here.RelayedAsync(new { role = "user", text = "both", itemId = "both" }))),
            Task.WhenAll(Enumerable.Range(0, 20).Select(_ => there.RelayedAsync(new { role = "user", text = "both", itemId = "both" }))));
        await watcher.HeardAsync(101);
        Assert.Equal(Enumerable.Range(1, 101).Select(seq => (long)seq), watcher.Finals.Select(entry => entry.Seq));
        Assert.Equal(101, (await here.TurnsAsync()).Count);

        using var phase = await one.Http.PostAsync($"{here.Path}/sps/phase", new { signal = "move_objective" });
        Assert.Equal("objective", (await there.ReadAsync()).GetProperty("phase").GetString());
        var (first, second) = (here.EndedAsync(), there.EndedAsync());
        Assert.Equal((await first).GetRawText(), (await second).GetRawText());
        await Eventually.TrueAsync(() => watcher.Changes.Any(change => change.State == "final"), TimeSpan.FromSeconds(5), () => "The end was not told.");
    }
}
