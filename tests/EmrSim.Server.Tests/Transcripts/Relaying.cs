using System.Net;
using System.Text.Json;
using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Transcripts;

public sealed class RelayingOnSqlite(SqliteInstallation on) : Relaying(on);

public sealed class RelayingOnPostgres(PostgresInstallation on) : Relaying(on);

public abstract class Relaying(Installation on)
{
    private const long Some = 1_790_000_000_000;

    public static TheoryData<string, string, string, int, string> Refusals => new()
    {
        { "/api/transcript/relay/{id}", "{}", "role", 400, "invalid_role" },
        { "/api/transcript/relay/{id}", """{"role":"doctor","text":"x"}""", "role", 400, "invalid_role" },
        { "/api/transcript/relay/{id}", """{"role":7,"text":"x"}""", "role", 400, "invalid_role" },
        { "/api/transcript/relay/{id}", """{"role":"user"}""", "text", 400, "invalid_text" },
        { "/api/transcript/relay/{id}", """{"role":"user","text":7,"itemId":8}""", "text", 400, "invalid_text" },
        { "/api/transcript/relay/{id}", """{"role":"user","text":{"a":1}}""", "text", 400, "invalid_text" },
        { "/api/transcript/relay/unknown", """{"role":"user","text":"x"}""", "id", 404, "session_not_found" },
        { "/api/transcript/relay/unknown", """{"role":"user","text":"x","isFinal":false}""", "id", 404, "session_not_found" },
        { "/api/transcript/relay/unknown", """{"role":"user"}""", "text", 400, "invalid_text" },
        { "/api/voice/transcript/relay/{id}", """{"role":"user","text":""}""", "text", 400, "Missing required fields: sessionId, role, text" },
        { "/api/voice/transcript/relay/{id}", """{"text":"x"}""", "role", 400, "Missing required fields: sessionId, role, text" },
        { "/api/voice/transcript/relay/{id}", """{"role":"doctor","text":"x"}""", "role", 400, "Invalid role specified" },
        { "/api/voice/transcript/relay/{id}", """{"role":"user","text":7}""", "text", 400, "invalid_text" },
        { "/api/voice/transcript/relay/unknown", """{"role":"user","text":"x"}""", "id", 404, "session_not_found" },
        { "/api/voice/transcript", """{"role":"user","text":"x"}""", "id", 400, "missing_session_id" },
        { "/api/voice/transcript", """{"session_id":"{id}","text":"x"}""", "role", 400, "invalid_role" },
        { "/api/voice/transcript", """{"session_id":"{id}","role":"user","text":null}""", "text", 400, "invalid_text" },
        { "/api/voice/transcript", """{"session_id":"a\u0000b","role":"user","text":"x"}""", "id", 404, "session_not_found" },
        { "/api/voice/transcript-error", "{}", "id", 400, "missing_session_id" },
        { "/api/voice/transcript-error", """{"session_id":"unknown"}""", "id", 404, "session_not_found" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Refuses_in_the_order_of_the_contract(string path, string body, string why, int status, string code)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(body);
        var http = (await on.ServerAsync()).Http;
        var session = await Session.BeginAsync(http);
        using var response = await http.PostTextAsync(path.Replace("{id}", session.Id, StringComparison.Ordinal), body.Replace("{id}", session.Id, StringComparison.Ordinal));
        var answer = await response.RefusedAsync((HttpStatusCode)status, code);
        Assert.True(why.Length > 0 && answer.GetProperty("error").GetString() == code);
        Assert.Empty(await session.TurnsAsync());
    }

    [Fact]
    public async Task Stores_a_final_once_on_whichever_route_it_comes()
    {
        var http = (await on.ServerAsync()).Http;
        var session = await Session.BeginAsync(http);
        await session.RelayedAsync(new { role = "user", text = "It hurts.", itemId = "a", isFinal = true });
        using var older = await http.PostAsync($"/api/voice/transcript/relay/{session.Id}", new { role = "user", text = "It hurts.", itemId = "a", isFinal = true });
        using var voice = await http.PostAsync("/api/voice/transcript", new { session_id = session.Id, role = "user", text = "It hurts.", item_id = "a", is_final = true });
        using var other = await http.PostAsync("/api/voice/transcript", new { session_id = session.Id, role = "assistant", text = "Where?", item_id = "b", is_final = true, media = new { id = "m1", url = "https://example.org/k.png", title = "Knee" } });
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.OK), (older.StatusCode, voice.StatusCode));
        Assert.True((await other.JsonAsync()).GetProperty("success").GetBoolean());
        var turns = await session.TurnsAsync();
        Assert.Equal(["It hurts.", "Where?"], turns.Select(turn => turn.GetProperty("text").GetString()));
        Assert.Equal("m1", turns[1].GetProperty("media").GetProperty("id").GetString());
        Assert.Equal(("relay", "final", 1), (turns[0].GetProperty("source").GetString()!, turns[0].GetProperty("state").GetString()!, turns[0].GetProperty("revision").GetInt32()));
    }

    [Fact]
    public async Task Stores_the_same_one_a_hundred_times_at_once_as_one()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => session.RelayedAsync(new { role = "user", text = "Okay.", itemId = "same" })));
        var turn = Assert.Single(await session.TurnsAsync());
        Assert.Equal(1, turn.GetProperty("revision").GetInt32());
    }

    [Fact]
    public async Task Keeps_equal_words_apart_and_equal_relays_together()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        await session.RelayedAsync(new { role = "user", text = "Okay.", timestamp = Some });
        await session.RelayedAsync(new { role = "user", text = "Okay.", timestamp = Some + 1 });
        await session.RelayedAsync(new { role = "user", text = "Okay.", timestamp = Some + 1 });
        await session.RelayedAsync(new { role = "user", text = "Okay." });
        await session.RelayedAsync(new { role = "user", text = "Okay." });
        await session.RelayedAsync(new { role = "user", text = "Okay.", startedAt = Some + 5, timestamp = Some + 9 });
        await session.RelayedAsync(new { role = "user", text = "Okay.", startedAt = Some + 5, timestamp = Some + 99 });
        Assert.Equal(5, (await session.TurnsAsync()).Count);
    }

    [Fact]
    public async Task Scopes_item_ids_by_session()
    {
        var http = (await on.ServerAsync()).Http;
        var (one, other) = (await Session.BeginAsync(http), await Session.BeginAsync(http));
        await one.RelayedAsync(new { role = "user", text = "one", itemId = "item_1" });
        await other.RelayedAsync(new { role = "user", text = "other", itemId = "item_1" });
        Assert.Equal(["one", "other"], [.. await one.WordsAsync(), .. await other.WordsAsync()]);
    }

    [Fact]
    public async Task Never_stores_a_partial_nor_lets_it_stand_before_the_final()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        await session.RelayedAsync(new { role = "user", text = "Hel", itemId = "a", isFinal = false });
        Assert.Empty(await session.TurnsAsync());
        await session.RelayedAsync(new { role = "user", text = "Hello there", itemId = "a", isFinal = true });
        await session.RelayedAsync(new { role = "user", text = "   ", itemId = "b", isFinal = true });
        Assert.Equal(["Hello there"], await session.WordsAsync());
    }

    [Fact]
    public async Task Loses_nothing_when_two_write_at_once()
    {
        var http = (await on.ServerAsync()).Http;
        var session = await Session.BeginAsync(http);
        await Task.WhenAll(
            Task.WhenAll(Enumerable.Range(0, 100).Select(n => session.RelayedAsync(new { role = "user", text = $"one {n}", itemId = $"one-{n}", startedAt = Some + n }))),
            Task.WhenAll(Enumerable.Range(0, 20).Select(async n =>
            {
                using var response = await session.PostTurnsAsync([.. Enumerable.Range(0, 5).Select(k => new { role = "assistant", text = $"two {n} {k}", started_at_ms = Some + 1000 + (n * 10) + k })]);
                Assert.Equal(HttpStatusCode.Created, response.StatusCode);
            })));
        var turns = await session.TurnsAsync();
        Assert.Equal(Enumerable.Range(0, 100).Select(n => $"one {n}").Concat(Enumerable.Range(0, 20).SelectMany(n => Enumerable.Range(0, 5).Select(k => $"two {n} {k}"))), turns.Select(turn => turn.GetProperty("text").GetString()));
        Assert.Equal(Enumerable.Range(1, 200).Select(seq => (long)seq), turns.Select(turn => turn.GetProperty("seq").GetInt64()).Order());
    }

    [Fact]
    public async Task Takes_a_hundred_kilobytes_and_no_more()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        var longest = new string('ä', 50 * 1024);
        await session.RelayedAsync(new { role = "user", text = longest, itemId = "long" });
        using var more = await session.RelayAsync(new { role = "user", text = longest + "!" });
        await more.RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "text_too_long");
        Assert.Equal([longest], await session.WordsAsync());
    }

    [Theory]
    [InlineData("9e15")]
    [InlineData("-5")]
    [InlineData("0")]
    [InlineData("\"NaN\"")]
    [InlineData("\"yesterday\"")]
    [InlineData("{}")]
    [InlineData("1e400")]
    public async Task Ignores_an_absurd_time(string time)
    {
        var http = (await on.ServerAsync()).Http;
        var session = await Session.BeginAsync(http);
        using var response = await http.PostTextAsync($"/api/transcript/relay/{session.Id}", $$"""{"role":"user","text":"x","timestamp":{{time}},"startedAt":{{time}},"finalizedAt":{{time}} }""");
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        var said = Assert.Single(await session.TurnsAsync()).GetProperty("timestamp").GetInt64();
        Assert.InRange(DateTimeOffset.FromUnixTimeMilliseconds(said), TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow().AddMinutes(5));
    }

    [Fact]
    public async Task Takes_times_as_text_and_prefers_the_end_of_the_words()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        await session.RelayedAsync(new { role = "user", text = "x", timestamp = $"{Some + 3}", started_at_ms = $"{Some}", finalized_at_ms = Some + 2 });
        var turn = Assert.Single(await session.TurnsAsync());
        Assert.Equal((Some, Some + 2), (turn.GetProperty("started_at_ms").GetInt64(), turn.GetProperty("timestamp").GetInt64()));
    }

    [Theory]
    [InlineData("\"a\\u0000b\"")]
    [InlineData("17")]
    [InlineData("\"  \"")]
    [InlineData("[1]")]
    [InlineData("\"../../x\"")]
    public async Task Takes_any_item_id(string itemId)
    {
        var http = (await on.ServerAsync()).Http;
        var session = await Session.BeginAsync(http);
        var body = $$"""{"role":"user","text":"nul \u0000 here","startedAt":{{Some}},"itemId":{{itemId}} }""";
        for (var again = 0; again < 2; again++)
        {
            using var response = await http.PostTextAsync($"/api/transcript/relay/{session.Id}", body);
            Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        }

        Assert.Equal(["nul \uFFFD here"], await session.WordsAsync());
    }

    [Fact]
    public async Task Orders_by_predecessor_when_it_is_told()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        await session.RelayedAsync(new { role = "assistant", text = "third", itemId = "c", previousItemId = "b", startedAt = Some });
        await session.RelayedAsync(new { role = "user", text = "first", itemId = "a", startedAt = Some + 9 });
        Assert.Equal(["first", "third"], await session.WordsAsync());
        await session.RelayedAsync(new { role = "user", text = "second", itemId = "b", previous_item_id = "a", startedAt = Some + 99 });
        Assert.Equal(["first", "second", "third"], await session.WordsAsync());
    }

    [Fact]
    public async Task Counts_what_is_told_and_what_was_there()
    {
        var http = (await on.ServerAsync()).Http;
        var session = await Session.BeginAsync(http);
        await session.RelayedAsync(new { role = "assistant", text = "x", itemId = "a" });
        await session.RelayedAsync(new { role = "assistant", text = "x", itemId = "a" });
        var metrics = await http.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Matches("transcript_broadcasted_total\\{role=\"assistant\"\\} [1-9]", metrics);
        Assert.Matches("transcript_dedupe_drops_total\\{role=\"assistant\"\\} [1-9]", metrics);
    }
}
