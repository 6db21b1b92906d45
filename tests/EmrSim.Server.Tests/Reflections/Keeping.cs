using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Reflections;

public sealed class KeepingOnSqlite(SqliteInstallation on) : Keeping(on);

public sealed class KeepingOnPostgres(PostgresInstallation on) : Keeping(on);

public abstract class Keeping(Installation on)
{
    [Fact]
    public async Task Waits_for_the_end_and_keeps_the_last_one_written()
    {
        var http = (await on.ServerAsync()).Http;
        var session = await Session.BeginAsync(http);
        using (var early = await PutAsync(http, session.Path, new { went_well = "x" })) await early.RefusedAsync(HttpStatusCode.Conflict, "encounter_active");
        await session.EndedAsync();
        Assert.Equal(("", "", "", JsonValueKind.Null), await ReadAsync(http, session.Path));

        using (var first = await PutAsync(http, session.Path, new { went_well = " I asked about sleep. ", to_improve = "Consent sooner" })) Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.Equal(("I asked about sleep.", "Consent sooner", "", JsonValueKind.String), await ReadAsync(http, session.Path));
        using (var second = await PutAsync(http, session.Path, new { take_away = "Ask, then examine" })) Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(("", "", "Ask, then examine", JsonValueKind.String), await ReadAsync(http, session.Path));
    }

    [Fact]
    public async Task Refuses_what_is_no_text_or_too_long_and_whom_it_does_not_know()
    {
        var http = (await on.ServerAsync()).Http;
        var session = await Session.BeginAsync(http);
        await session.EndedAsync();
        using (var number = await PutAsync(http, session.Path, new { went_well = 5 })) await number.RefusedAsync(HttpStatusCode.BadRequest, "invalid_text");
        using (var endless = await PutAsync(http, session.Path, new { went_well = new string('x', 4001) })) await endless.RefusedAsync(HttpStatusCode.BadRequest, "invalid_text");
        using (var unknown = await PutAsync(http, "/api/sessions/nobody", new { went_well = "x" })) await unknown.RefusedAsync(HttpStatusCode.NotFound, "session_not_found");
        using (var unread = await http.GetAnswerAsync("/api/sessions/nobody/reflection")) await unread.RefusedAsync(HttpStatusCode.NotFound, "session_not_found");
        Assert.Equal(("", "", "", JsonValueKind.Null), await ReadAsync(http, session.Path));
    }

    private static Task<HttpResponseMessage> PutAsync(HttpClient http, string session, object body) => http.PutAsJsonAsync(new Uri($"{session}/reflection", UriKind.Relative), body);

    private static async Task<(string? WentWell, string? ToImprove, string? TakeAway, JsonValueKind WrittenAt)> ReadAsync(HttpClient http, string session)
    {
        using var response = await http.GetAnswerAsync($"{session}/reflection");
        var read = await response.JsonAsync();
        return (read.GetProperty("went_well").GetString(), read.GetProperty("to_improve").GetString(), read.GetProperty("take_away").GetString(), read.GetProperty("written_at").ValueKind);
    }
}
