using System.Net.WebSockets;

namespace EmrSim.Server.Live.SocketIo;

/// <summary>What the polling transport asks of a connection, and how it moves to a WebSocket.</summary>
internal sealed partial class EngineConnection
{
    private CancellationTokenSource? _poll;
    private bool _isUpgrading;
    private bool _letsPollsGo;

    /// <summary>What waits for the client, as soon as there is something. Null when the client asked twice at a time, which closes the connection.</summary>
    public async Task<string?> PollAsync(CancellationToken gone)
    {
        using var poll = CancellationTokenSource.CreateLinkedTokenSource(gone);
        bool released;
        lock (_lock)
        {
            if (IsOnWebSocket) return EnginePacket.Noop;
            released = _letsPollsGo;
            _poll ??= poll;
        }

        if (_poll != poll)
        {
            Close("Two polls at a time.");
            return null;
        }

        try
        {
            return Payload(released ? _outgoing.Take() : await _outgoing.TakeAsync(poll.Token));
        }
        catch (OperationCanceledException) when (!gone.IsCancellationRequested)
        {
            return EnginePacket.Noop;
        }
        catch (OperationCanceledException)
        {
            Close("The poll was given up.");
            throw;
        }
        finally
        {
            lock (_lock) _poll = null;
        }
    }

    /// <summary>False when it has a WebSocket or is getting one.</summary>
    public bool BeginUpgrade()
    {
        lock (_lock)
        {
            if (_closed || _isUpgrading || IsOnWebSocket) return false;
            return _isUpgrading = true;
        }
    }

    /// <summary>Lets a waiting poll go, and those to come at once: the client changes over only when none is open.</summary>
    public void LetPollsGo()
    {
        lock (_lock)
        {
            _letsPollsGo = true;
            _poll?.Cancel();
        }
    }

    public void EndUpgrade(bool onWebSocket)
    {
        lock (_lock) (_isUpgrading, _letsPollsGo, IsOnWebSocket) = (false, false, onWebSocket);
    }

    private string Payload(IReadOnlyList<string> packets)
    {
        if (_closed) return string.Join(EnginePacket.Separator, packets.Append(EnginePacket.Close));
        return packets.Count == 0 ? EnginePacket.Noop : string.Join(EnginePacket.Separator, packets);
    }
}
