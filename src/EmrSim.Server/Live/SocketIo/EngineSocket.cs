using System.Buffers;
using System.Net.WebSockets;
using System.Text;

namespace EmrSim.Server.Live.SocketIo;

/// <summary>A WebSocket that carries one text packet per message, none longer than the limit.</summary>
internal sealed class EngineSocket(WebSocket socket)
{
    private readonly ArrayBufferWriter<byte> _received = new(1024);

    /// <summary>Why nothing more is taken, when the client sent what can't be taken.</summary>
    public (WebSocketCloseStatus Status, string Reason)? Refusal { get; private set; }

    public async Task SendAsync(string packet, CancellationToken cancellationToken)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(packet.Length));
        try
        {
            var length = Encoding.UTF8.GetBytes(packet, bytes);
            await socket.SendAsync(bytes.AsMemory(0, length), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>The next packet; null when the client has closed or sent what can't be taken.</summary>
    public async Task<string?> ReceiveAsync(CancellationToken cancellationToken)
    {
        _received.ResetWrittenCount();
        while (true)
        {
            var read = await socket.ReceiveAsync(_received.GetMemory(1024), cancellationToken);
            if (read.MessageType == WebSocketMessageType.Close) return null;
            if (read.MessageType == WebSocketMessageType.Binary) return Refuse(WebSocketCloseStatus.InvalidMessageType, "Only text is taken.");
            _received.Advance(read.Count);
            if (_received.WrittenCount > EngineLimits.LongestPayload) return Refuse(WebSocketCloseStatus.MessageTooBig, "At most 100,000 bytes are taken at a time.");
            if (read.EndOfMessage) return Encoding.UTF8.GetString(_received.WrittenSpan);
        }
    }

    public async Task CloseAsync(WebSocketCloseStatus status, string reason, CancellationToken cancellationToken)
    {
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived) await socket.CloseOutputAsync(status, reason, cancellationToken);
    }

    /// <summary>Reads on until the client closes: a connection that is cut with unread bytes may lose the goodbye on its way.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        var nowhere = new byte[4096];
        while (socket.State is WebSocketState.Open or WebSocketState.CloseSent) await socket.ReceiveAsync(nowhere.AsMemory(), cancellationToken);
    }

    public void Abandon() => socket.Abort();

    private string? Refuse(WebSocketCloseStatus status, string reason)
    {
        Refusal = (status, reason);
        return null;
    }
}
