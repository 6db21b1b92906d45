using System.Net;
using System.Text.Json;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Encounters;

public sealed class MessagesOnSqlite(SqliteInstallation on) : Messages(on);

public sealed class MessagesOnPostgres(PostgresInstallation on) : Messages(on);

public abstract class Messages(Installation on)
{
    [Fact]
    public async Task Are_answered_piece_by_piece_and_stored()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        var events = await session.SaidAsync(new { text = " Hello, my name is Robin. ", client_turn_id = "a" });
        Assert.Equal(("turn", "done"), (events[0].Name, events[^1].Name));
        Assert.All(events.Skip(1).SkipLast(1), told => Assert.True(told.Name is "delta" or "media"));
        Assert.Equal("Hello, my name is Robin.", events[0].Data.GetProperty("text").GetString());
        var answer = events[^1].Data.GetProperty("turn");
        Assert.Equal(Spoken(events), answer.GetProperty("text").GetString());
        Assert.Equal(("assistant", "final"), (answer.GetProperty("role").GetString()!, answer.GetProperty("state").GetString()!));

        var turns = await session.TurnsAsync();
        Assert.Equal([events[0].Data.GetProperty("id").GetString(), answer.GetProperty("id").GetString()], turns.Select(turn => turn.GetProperty("id").GetString()));
        await session.SaidAsync(new { text = "Where does it hurt?" });
        turns = await session.TurnsAsync();
        Assert.Equal(turns.Take(3).Select(turn => turn.GetProperty("item_id").GetString()), turns.Skip(1).Select(turn => turn.GetProperty("previous_item_id").GetString()));
    }

    [Fact]
    public async Task Sent_again_get_the_same_answer_and_no_second_turn()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        var first = await session.SaidAsync(new { text = "Where does it hurt?", client_turn_id = "a" });
        var second = await session.SaidAsync(new { text = "Where does it hurt?", client_turn_id = "a" });
        Assert.Equal(first[^1].Data.GetRawText(), second[^1].Data.GetRawText());
        Assert.Equal(Media(first), Media(second));
        Assert.Equal(Spoken(first), Spoken(second));
        using var other = await session.SayAsync(new { text = "When?", client_turn_id = "a" });
        await other.RefusedAsync(HttpStatusCode.Conflict, "client_turn_conflict");
        Assert.Equal(2, (await session.TurnsAsync()).Count);

        await session.EndedAsync();
        Assert.Equal(first[^1].Data.GetRawText(), (await session.SaidAsync(new { text = "Where does it hurt?", client_turn_id = "a" }))[^1].Data.GetRawText());
        using var ended = await session.SayAsync(new { text = "And now?", client_turn_id = "b" });
        await ended.RefusedAsync(HttpStatusCode.Conflict, "encounter_ended");
    }

    [Fact]
    public async Task Sent_many_times_at_once_are_one()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => session.SaidAsync(new { text = "Where does it hurt?", client_turn_id = "a" })));
        Assert.Single(answers.Select(events => events[^1].Data.GetRawText()).Distinct());
        Assert.Equal(2, (await session.TurnsAsync()).Count);
    }

    [Fact]
    public async Task Of_one_encounter_wait_for_each_other()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        await Task.WhenAll(Enumerable.Range(0, 10).Select(n => session.SaidAsync(new { text = $"Question {n}?", client_turn_id = $"{n}" })));
        var turns = await session.TurnsAsync();
        Assert.Equal(Enumerable.Range(0, 20).Select(n => n % 2 == 0 ? "user" : "assistant"), turns.Select(turn => turn.GetProperty("role").GetString()));
    }

    [Fact]
    public async Task Are_answered_for_one_who_has_gone()
    {
        var server = await on.ServerAsync();
        var session = await Session.BeginAsync(server.Http);
        using (var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{session.Path}/messages", UriKind.Relative)))
        {
            request.Content = new StringContent("""{"text":"Are you slow to answer today?","client_turn_id":"a"}""", System.Text.Encoding.UTF8, "application/json");
            using var response = await server.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        }

        await Eventually.TrueAsync(async () => (await session.TurnsAsync()).Count == 2, TimeSpan.FromSeconds(10), () => "The answer was not stored.");
    }

    [Fact]
    public async Task Survive_the_death_of_the_server_between_question_and_answer()
    {
        using var place = await on.NewPlaceAsync();
        Session session;
        await using (var first = await place.StartAsync())
        {
            session = await Session.BeginAsync(first.Http);
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{session.Path}/messages", UriKind.Relative))
            {
                Content = new StringContent("""{"text":"Are you slow to answer today?","client_turn_id":"a"}""", System.Text.Encoding.UTF8, "application/json"),
            };
            using var response = await first.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            await first.KillAsync();
        }

        await using var second = await place.StartAsync();
        var events = await session.At(second.Http).SaidAsync(new { text = "Are you slow to answer today?", client_turn_id = "a" });
        Assert.Equal("done", events[^1].Name);
        Assert.Equal(["user", "assistant"], (await session.At(second.Http).TurnsAsync()).Select(turn => turn.GetProperty("role").GetString()));
    }

    [Theory]
    [InlineData("{}", 400, "invalid_text")]
    [InlineData("""{"text":7}""", 400, "invalid_text")]
    [InlineData("""{"text":"  "}""", 400, "invalid_text")]
    [InlineData("""{"text":"x","client_turn_id":7}""", 400, "invalid_client_turn_id")]
    [InlineData("""{"text":"x","client_turn_id":"a\u0000"}""", 400, "invalid_client_turn_id")]
    public async Task That_make_no_sense_are_refused(string body, int status, string code)
    {
        var http = (await on.ServerAsync()).Http;
        var session = await Session.BeginAsync(http);
        using var response = await http.PostTextAsync($"{session.Path}/messages", body);
        await response.RefusedAsync((HttpStatusCode)status, code);
        Assert.Empty(await session.TurnsAsync());
    }

    private static string Spoken(IReadOnlyList<(string Name, JsonElement Data)> events) =>
        string.Concat(events.Where(told => told.Name == "delta").Select(told => told.Data.GetProperty("text").GetString())).Trim();

    private static IEnumerable<string> Media(IReadOnlyList<(string Name, JsonElement Data)> events) =>
        events.Where(told => told.Name == "media").Select(told => told.Data.GetRawText());
}
