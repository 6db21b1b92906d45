using System.Net;
using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Transcripts;

public sealed class PostedTurnsOnSqlite(SqliteInstallation on) : PostedTurns(on);

public sealed class PostedTurnsOnPostgres(PostgresInstallation on) : PostedTurns(on);

public abstract class PostedTurns(Installation on)
{
    private const long Some = 1_790_000_000_000;

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"turns":[]}""")]
    [InlineData("""{"turns":"all"}""")]
    [InlineData("""{"turns":{"0":{"text":"x"}}}""")]
    public async Task Must_be_a_list_with_something_in_it(string body)
    {
        var http = (await on.ServerAsync()).Http;
        var session = await Session.BeginAsync(http);
        using var response = await http.PostTextAsync($"{session.Path}/sps/turns", body);
        await response.RefusedAsync(HttpStatusCode.BadRequest, "no_turns");
    }

    [Fact]
    public async Task Are_saved_once_by_the_fingerprint_of_the_contract()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        object[] turns =
        [
            new { role = "user", text = "  Good   morning ", timestamp_ms = Some },
            new { role = "user", text = "Good morning", timestamp_ms = Some },
            new { role = "user", text = "good morning", timestamp_ms = Some },
            new { role = "user", text = "Good morning", timestamp_ms = Some + 1 },
            new { role = "user", text = "Good morning", timestamp_ms = Some, channel = "audio" },
            new { role = "patient", text = "Hello", timestamp_ms = Some + 2 },
            new { role = "assistant", text = "Hello", timestamp_ms = Some + 2 },
            new { role = "user", text = "   " },
            new { role = "user", text = 7 },
            "nothing",
        ];
        using var first = await session.PostTurnsAsync(turns);
        var saved = await first.JsonAsync();
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal((true, 10, 6, 1, false), (saved.GetProperty("ok").GetBoolean(), saved.GetProperty("received").GetInt32(), saved.GetProperty("saved").GetInt32(), saved.GetProperty("duplicates").GetInt32(), saved.GetProperty("stateless").GetBoolean()));
        using var second = await session.PostTurnsAsync(turns);
        Assert.Equal((0, 7), ((await second.JsonAsync()).GetProperty("saved").GetInt32(), (await second.JsonAsync()).GetProperty("duplicates").GetInt32()));
        Assert.Equal(6, (await session.TurnsAsync()).Count);
    }

    [Fact]
    public async Task Are_told_apart_by_any_time_above_zero_and_read_in_its_order()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        using var saved = await session.PostTurnsAsync(
            new { role = "user", text = "Okay.", timestamp_ms = 6000 },
            new { role = "user", text = "Okay.", timestamp_ms = 5000 },
            new { role = "assistant", text = "Good.", started_at_ms = 5500 },
            new { role = "user", text = "Okay.", timestamp_ms = 5000.4 });
        Assert.Equal((3, 1), ((await saved.JsonAsync()).GetProperty("saved").GetInt32(), (await saved.JsonAsync()).GetProperty("duplicates").GetInt32()));
        var turns = await session.TurnsAsync();
        Assert.Equal(["Okay.", "Good.", "Okay."], turns.Select(turn => turn.GetProperty("text").GetString()));
        Assert.Equal((5000, 6000), (turns[0].GetProperty("timestamp").GetInt64(), turns[2].GetProperty("timestamp").GetInt64()));
    }

    [Fact]
    public async Task Are_told_apart_even_by_times_that_no_calendar_has()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        using var saved = await session.PostTurnsAsync(new { role = "user", text = "Okay.", timestamp_ms = 1_790_000_000_000_000 }, new { role = "user", text = "Okay.", timestamp_ms = 1_790_000_001_000_000 });
        Assert.Equal(2, (await saved.JsonAsync()).GetProperty("saved").GetInt32());
        foreach (var relayed in (long[])[1_790_000_002_000_000, 1_790_000_003_000_000, 7000, 8000]) await session.RelayedAsync(new { role = "user", text = "Okay.", isFinal = true, timestamp = relayed });
        Assert.Equal(6, (await session.TurnsAsync()).Count);
    }

    [Fact]
    public async Task Of_an_unknown_session_are_refused()
    {
        using var response = await new Session((await on.ServerAsync()).Http, "0123456789abcdefghijkl").PostTurnsAsync(new { role = "user", text = "x" });
        await response.RefusedAsync(HttpStatusCode.NotFound, "session_not_found");
    }

    [Fact]
    public async Task Two_hundred_at_once_are_two_hundred()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        using var response = await session.PostTurnsAsync([.. Enumerable.Range(0, 200).Select(n => new { role = n % 2 == 0 ? "user" : "assistant", text = $"turn {n}", started_at_ms = Some + n })]);
        Assert.Equal(200, (await response.JsonAsync()).GetProperty("saved").GetInt32());
        Assert.Equal(Enumerable.Range(0, 200).Select(n => $"turn {n}"), await session.WordsAsync());
    }
}
