using System.Net;
using EmrSim.Server.Tests.Processes;
using Microsoft.Data.Sqlite;

namespace EmrSim.Server.Tests.Voice;

/// <summary>Sessions that an older installation, or a change of the content, has left behind.</summary>
public sealed class OtherSessions(VoiceServer voice) : IClassFixture<VoiceServer>
{
    public static TheoryData<string> Routes => ["/api/voice/token", "/api/voice/instructions"];

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Of_another_mode_are_refused(string route)
    {
        var session = await LeftBehindAsync("mode = 'free'");
        using var answer = await voice.Http.PostAsync(route, new { session_id = session });
        await answer.RefusedAsync(HttpStatusCode.Conflict, "sps_only");
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Whose_persona_is_gone_are_refused(string route) => await WithoutCaseAsync(route, "persona_id = 'gone'");

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Whose_scenario_is_gone_are_refused(string route) => await WithoutCaseAsync(route, "scenario_id = 'gone'");

    [Fact]
    public async Task Whose_scenario_is_gone_can_still_be_read_and_ended()
    {
        var session = await LeftBehindAsync("scenario_id = 'gone'");
        using var page = await voice.Http.GetAnswerAsync($"/api/sessions/{session}/transcript");
        Assert.Contains("Unknown Scenario", await page.TextAsync(), StringComparison.Ordinal);
        using var ended = await voice.Http.PostAsync($"/api/sessions/{session}/end", new { });
        Assert.Equal(HttpStatusCode.OK, ended.StatusCode);
    }

    private async Task WithoutCaseAsync(string route, string change)
    {
        var session = await LeftBehindAsync(change);
        using var answer = await voice.Http.PostAsync(route, new { session_id = session });
        await answer.RefusedAsync(HttpStatusCode.NotFound, "sps_context_unavailable");
    }

    private async Task<string> LeftBehindAsync(string change)
    {
        var session = await voice.Http.StartSessionAsync();
        await using var database = new SqliteConnection($"Data Source={Path.Combine(voice.Server.DataDirectory, "emrsim.db")};Pooling=false;Default Timeout=30");
        await database.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = database.CreateCommand();
        command.CommandText = $"UPDATE encounter SET {change} WHERE id = $id";
        command.Parameters.AddWithValue("$id", session);
        Assert.Equal(1, await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        return session;
    }
}
