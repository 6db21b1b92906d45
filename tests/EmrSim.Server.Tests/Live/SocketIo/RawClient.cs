using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Live.SocketIo;

/// <summary>Engine.IO by hand.</summary>
internal static class RawClient
{
    public const string Polling = "/socket.io/?EIO=4&transport=polling";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<string> OpenAsync(this HttpClient http)
    {
        using var response = await http.GetAnswerAsync(Polling);
        var body = await response.Content.ReadAsStringAsync(Token);
        Assert.Equal((HttpStatusCode.OK, '0'), (response.StatusCode, body[0]));
        return JsonSerializer.Deserialize<JsonElement>(body[1..]).GetProperty("sid").GetString()!;
    }

    public static async Task<string> ConnectedAsync(this HttpClient http)
    {
        var sid = await http.OpenAsync();
        Assert.Equal((HttpStatusCode.OK, "ok"), await http.SendAsync(sid, "40"));
        Assert.StartsWith("40{\"sid\":", (await http.PollAsync(sid)).Body, StringComparison.Ordinal);
        return sid;
    }

    public static async Task<(HttpStatusCode Status, string Body)> PollAsync(this HttpClient http, string sid)
    {
        using var response = await http.GetAnswerAsync($"{Polling}&sid={sid}");
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Token));
    }

    public static async Task<(HttpStatusCode Status, string Body)> SendAsync(this HttpClient http, string sid, string payload, string type = "text/plain")
    {
        using var response = await http.PostTextAsync($"{Polling}&sid={sid}", payload, type);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Token));
    }

    public static async Task<ClientWebSocket> SocketAsync(this ServerProcess server, string? sid = null)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{server.Port}/socket.io/?EIO=4&transport=websocket{(sid is null ? "" : "&sid=" + sid)}"), Token);
        return socket;
    }

    public static Task TellAsync(this ClientWebSocket socket, string packet, WebSocketMessageType type = WebSocketMessageType.Text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(packet), type, endOfMessage: true, Token);

    /// <summary>The next packet, or null when the server closed.</summary>
    public static async Task<string?> HearAsync(this ClientWebSocket socket)
    {
        var buffer = new byte[100_000];
        var read = await socket.ReceiveAsync(buffer, Token);
        return read.MessageType == WebSocketMessageType.Close ? null : Encoding.UTF8.GetString(buffer, 0, read.Count);
    }
}
