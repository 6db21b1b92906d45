using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EmrSim.Bench.Server;

/// <summary>
/// One caller's kept-alive HTTP/1.1 connection. Written on a bare socket because the load comes from the cores it measures:
/// an HttpClient costs about as much per request as the server does.
/// </summary>
public sealed class CallerConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _out = new byte[8 * 1024];
    private readonly byte[] _in = new byte[64 * 1024];

    public static async Task<CallerConnection> OpenAsync(int port)
    {
        var connection = new CallerConnection();
        await connection._socket.ConnectAsync(IPAddress.Loopback, port);
        return connection;
    }

    /// <summary>Sends a whole request and gives the status once the whole answer is there.</summary>
    public async ValueTask<int> AskAsync(string request)
    {
        var length = Encoding.UTF8.GetBytes(request, _out);
        for (var sent = 0; sent < length;) sent += await _socket.SendAsync(_out.AsMemory(sent, length - sent));
        var got = 0;
        while (!IsWhole(_in.AsSpan(0, got)))
        {
            var more = await _socket.ReceiveAsync(_in.AsMemory(got));
            if (more == 0) throw new IOException("The server closed the connection.");
            got += more;
        }

        // "HTTP/1.1 200"
        return Utf8Parser.TryParse(_in.AsSpan(9, 3), out int status, out _) ? status : throw new IOException("Not HTTP.");
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        if (head < 0) return false;
        var length = answer[..(head + 2)].IndexOf("\r\nContent-Length: "u8);
        if (length >= 0 && Utf8Parser.TryParse(answer[(length + 18)..], out int expected, out _)) return answer.Length >= head + 4 + expected;
        return answer[..head].IndexOf("\r\nTransfer-Encoding: chunked"u8) < 0 || answer.EndsWith("\r\n0\r\n\r\n"u8);
    }
}
