using System.Globalization;
using System.Text;

namespace EmrSim.Bench.Server;

/// <summary>The few requests that the load is made of, as they go over the wire.</summary>
public static class Requests
{
    public static string Health { get; } = "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

    /// <summary>One final turn with an item id of its own.</summary>
    public static string Relay(string session, string tag, int caller, int n)
    {
        var item = string.Create(CultureInfo.InvariantCulture, $"item_{tag}_{caller}_{n}");
        return Post($"/api/transcript/relay/{session}", $$"""{"role":"user","text":"Does it hurt when you climb the stairs, or only on the way down? ({{item}})","isFinal":true,"itemId":"{{item}}","timestamp":1700000000000}""");
    }

    /// <summary>Words that are still being spoken.</summary>
    public static string Passing(string session, string words) =>
        Post($"/api/transcript/relay/{session}", $$"""{"role":"user","text":"{{words}}","isFinal":false,"itemId":"passing","timestamp":1700000000000}""");

    public static string Token(string session) => Post("/api/voice/token", $$"""{"session_id":"{{session}}"}""");

    public static string Sdp(string session) => Post("/api/voice/sdp", $$"""{"session_id":"{{session}}","sdp":"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\n"}""");

    private static string Post(string path, string body) => string.Create(
        CultureInfo.InvariantCulture,
        $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");
}
