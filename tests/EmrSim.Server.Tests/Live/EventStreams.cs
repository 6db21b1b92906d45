using System.Text.Json;
using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Live;

public sealed class EventStreams(SqliteInstallation on)
{
    [Fact]
    public async Task Resume_after_a_place_and_prefer_the_last_event_id()
    {
        var http = (await on.ServerAsync()).Http;
        var session = await Session.BeginAsync(http);
        for (var n = 1; n <= 4; n++) await session.RelayedAsync(new { role = "user", text = $"{n}", itemId = $"{n}" });
        Assert.Equal(["3", "4"], await WordsAsync(http, $"{session.Path}/events?after=2", null, 2));
        Assert.Equal(["4"], await WordsAsync(http, $"{session.Path}/events?after=0", "3", 1));
        Assert.Equal(["1", "2", "3", "4"], await WordsAsync(http, $"{session.Path}/events?after=never", "x", 4));
    }

    [Fact]
    public async Task Tell_what_happens_while_they_are_open()
    {
        var http = (await on.ServerAsync()).Http;
        var session = await Session.BeginAsync(http);
        using var response = await http.GetAsync(new Uri($"{session.Path}/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        Assert.Equal("encounter", await NextNameAsync(reader));
        await session.RelayedAsync(new { role = "user", text = "pa", itemId = "a", isFinal = false });
        Assert.Equal("transcript", await NextNameAsync(reader));
        using var error = await http.PostAsync(new Uri("/api/voice/transcript-error", UriKind.Relative), new StringContent($$"""{"session_id":"{{session.Id}}"}""", System.Text.Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
        Assert.Equal("error", await NextNameAsync(reader));
        await session.EndedAsync();
        Assert.Equal("encounter", await NextNameAsync(reader));
    }

    private static async Task<IReadOnlyList<string>> WordsAsync(HttpClient http, string path, string? lastEventId, int count)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        var words = new List<string>();
        while (words.Count < count && await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal) && JsonSerializer.Deserialize<JsonElement>(line[6..]).TryGetProperty("text", out var text)) words.Add(text.GetString()!);
        }

        return words;
    }

    private static async Task<string?> NextNameAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal)) return line[7..];
        }

        return null;
    }
}
