using System.Net.WebSockets;

namespace EmrSim.Server.Live.SocketIo;

/// <summary>One Engine.IO session, whatever transport carries it just now. It lives until a side closes it or its heartbeat stops.</summary>
internal sealed partial class EngineConnection : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly OutgoingQueue _outgoing;
    private readonly Action<EngineConnection> _forget;
    private readonly TimeSpan _slowest;
    private readonly TimeProvider _clock;
    private readonly SocketSession _session;
    private readonly ILogger _log;
    private TaskCompletionSource _pong = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _posting;
    private Task _endTold = Task.CompletedTask;
    private bool _closed;

    public EngineConnection(string id, bool onWebSocket, Func<EngineConnection, SocketSession> session, Action<EngineConnection> forget, TimeSpan slowest, TimeProvider clock, ILogger log)
    {
        (Id, IsOnWebSocket, _forget, _slowest, _clock, _log) = (id, onWebSocket, forget, slowest, clock, log);
        _outgoing = new(clock);
        Ended = _ending.Token;
        _session = session(this);
    }

    public string Id { get; }

    public CancellationToken Ended { get; }

    public bool IsOnWebSocket { get; private set; }

    public string Goodbye { get; private set; } = "";

    public WebSocketCloseStatus CloseStatus { get; private set; } = WebSocketCloseStatus.NormalClosure;

    /// <summary>Beats until the connection ends, and a little longer: until nothing is told to it any more.</summary>
    public async Task LiveAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(EngineLimits.PingInterval, _clock, Ended);
                _pong = new(TaskCreationOptions.RunContinuationsAsynchronously);
                _outgoing.AddPing();
                await _pong.Task.WaitAsync(EngineLimits.PingTimeout, _clock, Ended);
                if (!_session.HasConnected) Close("Nothing was connected.", WebSocketCloseStatus.PolicyViolation);
            }
        }
        catch (TimeoutException)
        {
            Close("The heartbeat was not answered.");
        }
        catch (OperationCanceledException) when (Ended.IsCancellationRequested)
        {
            // The end is what this waits for.
        }

        await _session.EndAsync();
        await _endTold;
        Dispose();
    }

    /// <summary>Queues a message; waits while the client is slow and drops it when it takes nothing at all for long. False when the connection has ended.</summary>
    public async Task<bool> SendAsync(string message)
    {
        var packet = EnginePacket.MessageType + message;
        try
        {
            return await _outgoing.AddAsync(packet, _slowest);
        }
        catch (TimeoutException)
        {
            LogSlow();
            Close("Too slow: connect again and catch up.", WebSocketCloseStatus.PolicyViolation);
            return false;
        }
    }

    /// <summary>Takes packets of the client in order; closes at the first that breaks the protocol. False when it closed.</summary>
    public async Task<bool> ReceiveAsync(IEnumerable<string> packets)
    {
        foreach (var packet in packets)
        {
            if (!await ReceiveAsync(packet))
            {
                Close("That is not Engine.IO 4 with Socket.IO 5, or not text.", WebSocketCloseStatus.PolicyViolation);
                return false;
            }
        }

        return true;
    }

    /// <summary>False when packets of another request are still being taken: a client sends one after the other.</summary>
    public bool BeginPost() => Interlocked.Exchange(ref _posting, 1) == 0;

    public void EndPost() => Volatile.Write(ref _posting, 0);

    /// <summary>Ends it on every transport; what waits is still sent to a client that takes it. The first reason counts.</summary>
    public void Close(string goodbye, WebSocketCloseStatus status = WebSocketCloseStatus.NormalClosure)
    {
        lock (_lock)
        {
            if (_closed) return;
            (_closed, Goodbye, CloseStatus) = (true, goodbye, status);
        }

        _forget(this);
        _outgoing.Close();
        _endTold = _ending.CancelAsync();
    }

    public void Dispose() => _ending.Dispose();

    private async Task<bool> ReceiveAsync(string packet)
    {
        switch (packet.Length > 0 ? packet[0] : default)
        {
            case EnginePacket.MessageType:
                return await _session.ReceiveAsync(packet[1..]);
            case EnginePacket.PongType:
                _pong.TrySetResult();
                return true;
            case EnginePacket.CloseType:
                Close("As asked.");
                return true;
            default:
                return packet is EnginePacket.Upgrade or EnginePacket.Noop;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A Socket.IO client took nothing for too long and was dropped")]
    private partial void LogSlow();
}
