using System.Net;
using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Teaching;

public sealed class WhatTeachersSeeOnSqlite(SqliteInstallation on) : WhatTeachersSee(on);

public sealed class WhatTeachersSeeOnPostgres(PostgresInstallation on) : WhatTeachersSee(on);

public abstract class WhatTeachersSee(Installation on)
{
    [Fact]
    public async Task Encounters_are_found_on_every_instance_by_state_and_by_what_was_said()
    {
        using var place = await on.NewPlaceAsync();
        await using var one = await place.StartAsync();
        await using var two = await place.StartAsync();
        var session = await Session.BeginAsync(one.Http);
        await session.RelayedAsync(new { role = "user", text = "Does it wake you at 100 % of nights?", itemId = "a" });
        var listed = await OneAsync(two.Http, "state=running", session.Id);
        Assert.Equal(("active", "subjective", 1), (listed.GetProperty("state").GetString(), listed.GetProperty("phase").GetString(), listed.GetProperty("utterances").GetInt32()));
        Assert.Contains("100 % of nights", (await OneAsync(two.Http, "state=running&q=100%20%25%20OF", session.Id)).GetProperty("excerpt").GetString(), StringComparison.Ordinal);
        Assert.Empty(await ListAsync(two.Http, "state=running&q=never%20said"));
        Assert.Empty(await ListAsync(two.Http, "state=running&q=100_%25"));
        Assert.Empty(await ListAsync(two.Http, "state=over"));
        await session.EndedAsync();
        Assert.Empty(await ListAsync(two.Http, "state=running"));
        await OneAsync(two.Http, "state=over&q=wake", session.Id);
    }

    [Fact]
    public async Task Long_lists_are_read_on_from_where_they_ended()
    {
        using var place = await on.NewPlaceAsync();
        await using var server = await place.StartAsync();
        for (var i = 0; i < 51; i++) await Session.BeginAsync(server.Http);
        using var first = await server.Http.GetAnswerAsync("/api/teacher/encounters");
        var page = await first.JsonAsync();
        Assert.Equal(50, page.GetProperty("encounters").GetArrayLength());
        Assert.NotEmpty(await ListAsync(server.Http, $"before={page.GetProperty("before").GetInt64()}"));
    }

    private static async Task<System.Text.Json.JsonElement> OneAsync(HttpClient http, string query, string id) =>
        Assert.Single(await ListAsync(http, query), listed => listed.GetProperty("session_id").GetString() == id);

    private static async Task<IReadOnlyList<System.Text.Json.JsonElement>> ListAsync(HttpClient http, string query)
    {
        using var response = await http.GetAnswerAsync($"/api/teacher/encounters?{query}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return [.. (await response.JsonAsync()).GetProperty("encounters").EnumerateArray()];
    }
}
