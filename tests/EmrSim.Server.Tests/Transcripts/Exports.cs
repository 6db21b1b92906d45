using System.Net;
using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Transcripts;

public sealed class Exports(SqliteInstallation on)
{
    [Fact]
    public async Task Print_page_answers_at_any_time_and_escapes_what_was_said()
    {
        var http = (await on.ServerAsync()).Http;
        var session = await Session.BeginAsync(http);
        Assert.Contains("No conversation recorded yet.", await PageAsync(http, session), StringComparison.Ordinal);
        await session.RelayedAsync(new { role = "user", text = "<script>alert('&')</script>", itemId = "a" });
        await session.RelayedAsync(new { role = "assistant", text = "Ouch", itemId = "b", previousItemId = "a" });
        var page = await PageAsync(http, session);
        Assert.Contains("<dt>Student:</dt><dd>&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;</dd>", page, StringComparison.Ordinal);
        Assert.Contains("<dt>Patient:</dt><dd>Ouch</dd>", page, StringComparison.Ordinal);
        Assert.Contains(session.Id, page, StringComparison.Ordinal);
        Assert.DoesNotContain("onclick", page, StringComparison.Ordinal);
        using var script = await http.GetAnswerAsync("/print.js");
        Assert.Equal("text/javascript", script.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Others_wait_for_the_end()
    {
        var http = (await on.ServerAsync()).Http;
        var session = await Session.BeginAsync(http);
        await session.RelayedAsync(new { role = "user", text = "a --> b\n\n<c> & d", itemId = "a" });
        foreach (var form in (string[])["json", "txt", "vtt"])
        {
            using var early = await http.GetAnswerAsync($"{session.Path}/transcript.{form}");
            var refused = await early.RefusedAsync(HttpStatusCode.Conflict, "not_final");
            Assert.Equal("active", refused.GetProperty("state").GetString());
        }

        await session.EndedAsync();
        using var json = await http.GetAnswerAsync($"{session.Path}/transcript.json");
        var document = await json.JsonAsync();
        Assert.Equal(("final", "a --> b\n\n<c> & d"), (document.GetProperty("session").GetProperty("state").GetString()!, document.GetProperty("turns")[0].GetProperty("text").GetString()!));
        Assert.Contains("Student: a --> b", await http.GetStringAsync(new Uri($"{session.Path}/transcript.txt", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var captions = await http.GetStringAsync(new Uri($"{session.Path}/transcript.vtt", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.StartsWith("WEBVTT\n\n", captions, StringComparison.Ordinal);
        Assert.Contains("<v Student>a --&gt; b\n&lt;c&gt; &amp; d\n\n", captions, StringComparison.Ordinal);
    }

    private static async Task<string> PageAsync(HttpClient http, Session session)
    {
        using var response = await http.GetAnswerAsync($"{session.Path}/transcript");
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        return await response.Content.ReadAsStringAsync();
    }
}
