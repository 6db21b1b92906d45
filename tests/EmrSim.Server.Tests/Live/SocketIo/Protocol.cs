using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Live.SocketIo;

/// <summary>Engine.IO 4 and Socket.IO 5, packet by packet.</summary>
public sealed class Protocol(SqliteInstallation on)
{
    [Fact]
    public async Task Opens_with_what_the_client_has_to_know()
    {
        var server = await on.ServerAsync();
        using var response = await server.Http.GetAnswerAsync(RawClient.Polling);
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        var polling = JsonSerializer.Deserialize<JsonElement>((await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))[1..]);
        Assert.Equal(22, polling.GetProperty("sid").GetString()!.Length);
        Assert.Equal("""["websocket"] 25000 20000 100000""", $"{polling.GetProperty("upgrades").GetRawText()} {polling.GetProperty("pingInterval")} {polling.GetProperty("pingTimeout")} {polling.GetProperty("maxPayload")}");
        using var socket = await server.SocketAsync();
        Assert.Contains("\"upgrades\":[]", await socket.HearAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/socket.io/", 0, "Transport unknown")]
    [InlineData("GET", "/socket.io/?EIO=4&transport=flash", 0, "Transport unknown")]
    [InlineData("GET", "/socket.io/?EIO=4&transport=polling&sid=nobody", 1, "Session ID unknown")]
    [InlineData("POST", "/socket.io/?EIO=4&transport=polling", 2, "Bad handshake method")]
    [InlineData("PUT", "/socket.io/?EIO=4&transport=polling", 2, "Bad handshake method")]
    [InlineData("GET", "/socket.io/?EIO=4&transport=websocket", 3, "Bad request")]
    [InlineData("GET", "/socket.io/?EIO=3&transport=polling", 5, "Unsupported protocol version")]
    [InlineData("GET", "/socket.io/?transport=polling", 5, "Unsupported protocol version")]
    public async Task Refuses_what_it_does_not_know(string method, string path, int code, string message)
    {
        var server = await on.ServerAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.BadRequest, $$"""{"code":{{code}},"message":"{{message}}"}"""), (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("2")]
    [InlineData("bAQID")]
    [InlineData("4")]
    [InlineData("4x")]
    [InlineData("42")]
    [InlineData("42{}")]
    [InlineData("42[]")]
    [InlineData("42[\"join-session\"")]
    [InlineData("42[\"join-session\",\"\\ud800\"]")]
    [InlineData("42[\"disconnect\"]")]
    [InlineData("42/other,[\"join-session\",\"a\"]")]
    [InlineData("40")]
    [InlineData("429999999999999999999[\"join-session\",\"a\"]")]
    [InlineData("451-[\"join-session\",{\"_placeholder\":true,\"num\":0}]")]
    public async Task Closes_a_connection_that_breaks_it(string payload)
    {
        var server = await on.ServerAsync();
        var sid = await server.Http.ConnectedAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await server.Http.SendAsync(sid, payload)).Status);
        Assert.Contains("\"code\":1", (await server.Http.PollAsync(sid)).Body, StringComparison.Ordinal);

        using var socket = await server.SocketAsync();
        await socket.HearAsync();
        await socket.TellAsync("40");
        await socket.HearAsync();
        await socket.TellAsync(payload);
        Assert.Null(await socket.HearAsync());
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, socket.CloseStatus);
    }

    [Fact]
    public async Task Takes_no_event_before_the_client_has_connected()
    {
        var server = await on.ServerAsync();
        var sid = await server.Http.OpenAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await server.Http.SendAsync(sid, "42[\"join-session\",\"a\"]")).Status);
    }

    [Fact]
    public async Task Takes_several_packets_at_once_and_answers_so()
    {
        var server = await on.ServerAsync();
        var session = await Session.BeginAsync(server.Http);
        await session.RelayedAsync(new { role = "user", text = "x", itemId = "a" });
        var sid = await server.Http.OpenAsync();
        Assert.Equal((HttpStatusCode.OK, "ok"), await server.Http.SendAsync(sid, $"40\u001e420[\"join-session\",\"nobody\"]\u001e4212[\"join-session\",\"{session.Id}\"]"));
        var heard = new List<string>();
        while (heard.Count < 4) heard.AddRange((await server.Http.PollAsync(sid)).Body.Split('\u001e'));
        Assert.Equal(["430[{\"ok\":false,\"error\":\"session_not_found\"}]", "4312[{\"ok\":true}]"], heard[1..3]);
        Assert.StartsWith("42[\"transcript\",{", heard[3], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Knows_the_default_namespace_only_and_lets_clients_leave_it()
    {
        var server = await on.ServerAsync();
        using var socket = await server.SocketAsync();
        await socket.HearAsync();
        await socket.TellAsync("40/admin,{\"token\":1}");
        Assert.Equal("44/admin,{\"message\":\"Invalid namespace\"}", await socket.HearAsync());
        await socket.TellAsync("40{\"token\":1}");
        Assert.StartsWith("40{\"sid\"", await socket.HearAsync(), StringComparison.Ordinal);
        await socket.TellAsync("41");
        await socket.TellAsync("40");
        Assert.StartsWith("40{\"sid\"", await socket.HearAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Moves_a_connection_to_a_web_socket_and_lets_the_poll_go()
    {
        var server = await on.ServerAsync();
        var sid = await server.Http.ConnectedAsync();
        var poll = server.Http.PollAsync(sid);
        using var socket = await server.SocketAsync(sid);
        await socket.TellAsync("2probe");
        Assert.Equal("3probe", await socket.HearAsync());
        Assert.Equal((HttpStatusCode.OK, "6"), await poll);
        await socket.TellAsync("5");
        await socket.TellAsync("421[\"join-session\",\"nobody\"]");
        Assert.Equal("431[{\"ok\":false,\"error\":\"session_not_found\"}]", await socket.HearAsync());
        Assert.Contains("\"code\":3", (await server.Http.PollAsync(sid)).Body, StringComparison.Ordinal);
        await Assert.ThrowsAsync<WebSocketException>(() => server.SocketAsync(sid));
        await socket.TellAsync("422[\"x\"]");
        Assert.Equal("432[{\"ok\":false,\"error\":\"unknown_event\"}]", await socket.HearAsync());
    }

    [Fact]
    public async Task Goes_on_by_polling_when_the_way_to_the_web_socket_fails()
    {
        var server = await on.ServerAsync();
        var sid = await server.Http.ConnectedAsync();
        using (var socket = await server.SocketAsync(sid)) await socket.TellAsync("nonsense");
        Assert.Equal((HttpStatusCode.OK, "ok"), await server.Http.SendAsync(sid, "421[\"x\"]"));
        Assert.Equal((HttpStatusCode.OK, "431[{\"ok\":false,\"error\":\"unknown_event\"}]"), await server.Http.PollAsync(sid));
    }

    [Fact]
    public async Task Closes_at_two_polls_at_a_time_and_when_asked()
    {
        var server = await on.ServerAsync();
        var sid = await server.Http.ConnectedAsync();
        var polls = await Task.WhenAll(server.Http.PollAsync(sid), server.Http.PollAsync(sid));
        Assert.Contains((HttpStatusCode.OK, "1"), polls);
        Assert.Contains(polls, poll => poll.Status == HttpStatusCode.BadRequest);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.Http.PollAsync(sid)).Status);

        var other = await server.Http.ConnectedAsync();
        var waiting = server.Http.PollAsync(other);
        Assert.Equal((HttpStatusCode.OK, "ok"), await server.Http.SendAsync(other, "1"));
        Assert.Contains((await waiting).Body, (string[])["1", "{\"code\":1,\"message\":\"Session ID unknown\"}"]);
    }

    [Fact]
    public async Task Closes_at_two_posts_at_a_time()
    {
        var server = await on.ServerAsync();
        var sid = await server.Http.ConnectedAsync();
        using var slow = new TcpClient("127.0.0.1", server.Port);
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST {RawClient.Polling}&sid={sid} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\n42"), TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(async () => (await server.Http.SendAsync(sid, "6")).Status == HttpStatusCode.BadRequest, TimeSpan.FromSeconds(10), () => "The second was taken beside the first.");
        Assert.Contains("\"code\":1", (await server.Http.PollAsync(sid)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Takes_neither_too_much_nor_bytes()
    {
        var server = await on.ServerAsync();
        var sid = await server.Http.ConnectedAsync();
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await server.Http.SendAsync(sid, "42[\"x\",\"" + new string('x', 100_000) + "\"]")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.Http.PollAsync(sid)).Status);
        sid = await server.Http.ConnectedAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await server.Http.SendAsync(sid, "40", "application/octet-stream")).Status);
        await RefusedAsync(server, new string('x', 100_001), WebSocketMessageType.Text, WebSocketCloseStatus.MessageTooBig);
        await RefusedAsync(server, "x", WebSocketMessageType.Binary, WebSocketCloseStatus.InvalidMessageType);
    }

    [Fact]
    public async Task Says_goodbye_when_the_server_stops()
    {
        await using var server = await ServerProcess.StartAsync();
        var sid = await server.Http.ConnectedAsync();
        var poll = server.Http.PollAsync(sid);
        using var socket = await server.SocketAsync();
        await socket.HearAsync();
        var stopping = server.StopAsync();
        Assert.Null(await socket.HearAsync());
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, socket.CloseStatus);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, "1"), await poll);
        Assert.Equal(0, await stopping);
    }

    [Theory]
    [InlineData("http://localhost:5173", true)]
    [InlineData("https://elsewhere.example", false)]
    public async Task Allows_the_pages_of_the_list(string origin, bool isAllowed)
    {
        var server = await on.ServerAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(RawClient.Polling, UriKind.Relative));
        request.Headers.Add("Origin", origin);
        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(isAllowed, response.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed) && allowed.Single() == origin);
        Assert.Equal(isAllowed, response.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task Beats_and_drops_who_does_not_answer()
    {
        var server = await on.ServerAsync();
        using var quiet = await server.SocketAsync();
        using var lively = await server.SocketAsync();
        await quiet.TellAsync("40");
        await lively.TellAsync("40");
        while (await lively.HearAsync() is var heard && heard != "2")
        {
            Assert.NotNull(heard);
        }

        await lively.TellAsync("3");
        var last = "";
        while (await quiet.HearAsync() is { } heard)
        {
            last = heard;
        }

        Assert.Equal("2", last);
        await lively.TellAsync("421[\"x\"]");
        while (await lively.HearAsync() is var answer && answer?.StartsWith("431", StringComparison.Ordinal) != true)
        {
            Assert.Equal("2", answer);
        }
    }

    private static async Task RefusedAsync(ServerProcess server, string message, WebSocketMessageType type, WebSocketCloseStatus status)
    {
        using var socket = await server.SocketAsync();
        await socket.HearAsync();
        await socket.TellAsync(message, type);
        Assert.Null(await socket.HearAsync());
        Assert.Equal(status, socket.CloseStatus);
    }
}
