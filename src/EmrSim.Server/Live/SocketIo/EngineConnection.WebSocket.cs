using System.Net.WebSockets;

namespace EmrSim.Server.Live.SocketIo;

/// <summary>What the WebSocket transport asks of a connection.</summary>
internal sealed partial class EngineConnection
{
    /// <summary>Carries a connection that began on this WebSocket, until it ends.</summary>
    public Task BeginOnAsync(WebSocket socket) => ServeAsync(socket, (wire, cut) => wire.SendAsync(EnginePacket.Open(Id, mayUpgrade: false), cut));

    /// <summary>Moves a polling connection here when the client has probed the way, and carries it until it ends.</summary>
    public Task UpgradeToAsync(WebSocket socket) => ServeAsync(socket, ChangeOverAsync);

    private async Task ServeAsync(WebSocket socket, Func<EngineSocket, CancellationToken, Task> begin)
    {
        var wire = new EngineSocket(socket);
        using var cut = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _clock);
        using var ending = Ended.Register(() => cut.CancelAfter(EngineLimits.Goodbye));
        var sending = Task.CompletedTask;
        try
        {
            await begin(wire, cut.Token);
            if (!IsOnWebSocket) return;
            sending = SendAllAsync(wire, cut.Token);
            await ReceiveAllAsync(wire, cut.Token);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or IOException)
        {
            // Without a goodbye, or too slow with it.
        }
        finally
        {
            if (IsOnWebSocket) Close("The WebSocket is gone.");
            await sending;
        }
    }

    private async Task ChangeOverAsync(EngineSocket wire, CancellationToken cut)
    {
        using var patience = new CancellationTokenSource(EngineLimits.UpgradeTimeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cut, patience.Token);
        var changed = false;
        try
        {
            if (await wire.ReceiveAsync(either.Token) != EnginePacket.ProbePing) return;
            await wire.SendAsync(EnginePacket.ProbePong, either.Token);
            LetPollsGo();
            changed = await wire.ReceiveAsync(either.Token) == EnginePacket.Upgrade;
        }
        finally
        {
            EndUpgrade(changed);
            if (!changed) wire.Abandon();
        }
    }

    private async Task SendAllAsync(EngineSocket wire, CancellationToken cut)
    {
        try
        {
            while (await _outgoing.TakeAsync(cut) is { Count: > 0 } packets)
            {
                foreach (var packet in packets) await wire.SendAsync(packet, cut);
            }

            await wire.CloseAsync(CloseStatus, Goodbye, cut);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException or IOException)
        {
            Close("The WebSocket is gone.");
        }
    }

    private async Task ReceiveAllAsync(EngineSocket wire, CancellationToken cut)
    {
        while (!Ended.IsCancellationRequested && await wire.ReceiveAsync(cut) is { } packet) await ReceiveAsync([packet]);
        var (status, reason) = wire.Refusal ?? (WebSocketCloseStatus.NormalClosure, "Goodbye.");
        Close(reason, status);
        await wire.DrainAsync(cut);
    }
}
