using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using EmrSim.Server.Tests.Live.SocketIo;
using EmrSim.Server.Tests.Processes;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;

namespace EmrSim.Deploy.Tests;

/// <summary>Two instances with Redis and PostgreSQL behind the front door, as compose runs them.</summary>
public sealed class Balancing(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Any_instance_serves_what_another_began_and_one_may_go_at_any_moment()
    {
        await using var redis = await RedisServer.StartAsync();
        var settings = new Dictionary<string, string>
        {
            ["REDIS_URL"] = redis.Url,
            ["DATABASE_URL"] = await postgres.CreateDatabaseAsync(),
            ["TRUST_PROXY"] = "true",
            ["TEACHER_KEY"] = "t",
            ["LIMIT_RELAY_PER_SESSION"] = "0",
        };
        await using var first = await ServerProcess.StartAsync(settings);
        await using var second = await ServerProcess.StartAsync(settings);
        await using var door = new FrontDoor(Ports.Take(), [first.Port, second.Port]);
        using var http = new HttpClient { BaseAddress = door.Url };
        await Eventually.TrueAsync(async () => await AnswersAsync(http, "/nginx-health"), TimeSpan.FromSeconds(15), () => door.Errors);

        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync(new Uri("/metrics", UriKind.Relative), Token)).StatusCode);
        Assert.Contains("<html", await http.GetStringAsync(new Uri("/", UriKind.Relative), Token), StringComparison.Ordinal);
        var id = await BeginAsync(http);
        var heard = new ConcurrentQueue<string>();
        await using var hub = new HubConnectionBuilder()
            .WithUrl(new Uri(door.Url, "/hubs/encounter"), HttpTransportType.WebSockets, static options => options.SkipNegotiation = true)
            .WithAutomaticReconnect([TimeSpan.Zero, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)])
            .Build();
        hub.On<JsonElement>("Transcript", entry => heard.Enqueue(entry.GetProperty("text").GetString()!));
        hub.Reconnected += _ => hub.InvokeAsync("JoinEncounter", id, 0L, Token);
        await hub.StartAsync(Token);
        await hub.InvokeAsync("JoinEncounter", id, 0L, Token);

        for (var turn = 0; turn < 40; turn++)
        {
            if (turn == 15) await first.KillAsync();
            await RelayAsync(http, id, turn);
        }

        var turns = await http.GetFromJsonAsync<JsonElement>(new Uri($"/api/sessions/{id}/turns", UriKind.Relative), Token);
        Assert.Equal(Enumerable.Range(0, 40).Select(static turn => $"turn {turn}"), turns.GetProperty("turns").EnumerateArray().Select(static turn => turn.GetProperty("text").GetString()));
        await Eventually.TrueAsync(() => heard.Distinct().Count() == 40, TimeSpan.FromSeconds(20), () => $"Heard {heard.Distinct().Count()} of 40.");
        var served = await MetricAsync(first.HasExited ? second : first, "http_requests_total");
        Assert.True(served > 25, $"{served}");
    }

    [Fact]
    public async Task Answers_that_are_streamed_come_through_bit_by_bit()
    {
        await using var server = await ServerProcess.StartAsync(new Dictionary<string, string> { ["TRUST_PROXY"] = "true" });
        await using var door = new FrontDoor(Ports.Take(), [server.Port]);
        using var http = new HttpClient { BaseAddress = door.Url };
        await Eventually.TrueAsync(async () => await AnswersAsync(http, "/health"), TimeSpan.FromSeconds(15), () => door.Errors);
        var id = await BeginAsync(http);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/sessions/{id}/events");
        using var events = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        Assert.Equal("text/event-stream", events.Content.Headers.ContentType?.MediaType);
        using var lines = new StreamReader(await events.Content.ReadAsStreamAsync(Token));
        await RelayAsync(http, id, 7);
        string? line;
        while ((line = await lines.ReadLineAsync(Token)) is not null && !line.Contains("turn 7", StringComparison.Ordinal))
        {
        }

        Assert.NotNull(line);
    }

    [Fact]
    public async Task A_client_that_polls_stays_at_one_instance_and_goes_to_the_other_when_that_one_dies()
    {
        var settings = new Dictionary<string, string> { ["DATABASE_URL"] = await postgres.CreateDatabaseAsync(), ["TRUST_PROXY"] = "true", ["LIMIT_RELAY_PER_SESSION"] = "0" };
        await using var first = await ServerProcess.StartAsync(settings);
        await using var second = await ServerProcess.StartAsync(settings);
        await using var door = new FrontDoor(Ports.Take(), [first.Port, second.Port]);
        using var http = new HttpClient { BaseAddress = door.Url };
        await Eventually.TrueAsync(async () => await AnswersAsync(http, "/health/ready"), TimeSpan.FromSeconds(15), () => door.Errors);
        var id = await BeginAsync(http);
        await using var client = OfficialClient.Begin(door.Url.Port, "polling", upgrade: false);
        await client.HeardAsync("connect", 1);
        await client.AskAsync("join-session", id);
        for (var turn = 0; turn < 10; turn++) await RelayAsync(http, id, turn);
        await client.HeardAsync("transcript", 10);
        Assert.Empty(client.Heard("connect_error"));
        Assert.Empty(client.Heard("disconnect"));

        var (serving, other) = await WatchersAsync(first) > await WatchersAsync(second) ? (first, second) : (second, first);
        Assert.Equal(0, await WatchersAsync(other));
        await serving.KillAsync();
        await client.HeardAsync("connect", 2);
        await client.AskAsync("join-session", id);
        await RelayAsync(http, id, 10);
        await client.HeardAsync("transcript", 21);
        Assert.True(await WatchersAsync(other) > 0);
    }

    private static async Task<string> BeginAsync(HttpClient http)
    {
        using var answer = await http.PostAsJsonAsync("/api/sessions", new { persona_id = "persona_maya_v1", scenario_id = "sc_shoulder_overhead_reach_v1" }, Token);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("session_id").GetString()!;
    }

    // As the page does: what was not acknowledged is sent again, and its item id keeps it one turn.
    private static async Task RelayAsync(HttpClient http, string id, int turn)
    {
        await Eventually.TrueAsync(
            async () =>
            {
                using var answer = await http.PostAsJsonAsync($"/api/transcript/relay/{id}", new { role = "user", text = $"turn {turn}", isFinal = true, itemId = $"item_{turn}", timestamp = 1_700_000_000_000 + turn }, Token);
                return answer.StatusCode == HttpStatusCode.NoContent;
            },
            TimeSpan.FromSeconds(15),
            () => $"Turn {turn} was never taken.");
    }

    private static Task<double> WatchersAsync(ServerProcess server) => MetricAsync(server, "live_listeners");

    private static async Task<double> MetricAsync(ServerProcess server, string series)
    {
        var text = await server.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), Token);
        var line = text.Split('\n').FirstOrDefault(line => line.StartsWith(series + " ", StringComparison.Ordinal));
        return line is null ? 0 : double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<bool> AnswersAsync(HttpClient http, string path)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), Token);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
