using System.Text.Json;
using EmrSim.Server.Encounters;

namespace EmrSim.Server.Live.SocketIo;

/// <summary>A client in the default namespace: what it asks and what it is answered.</summary>
internal sealed class SocketSession(Func<string, Task<bool>> send, Func<Func<string, object, Task<bool>>, CancellationToken, JoinedEncounters> join, CancellationToken ended)
{
    private static readonly string[] s_reserved = ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];
    private JoinedEncounters? _joined;

    public bool HasConnected { get; private set; }

    /// <summary>False when the client breaks the protocol.</summary>
    public async Task<bool> ReceiveAsync(string message)
    {
        if (!SocketPacket.TryParse(message, out var packet)) return false;
        if (!packet.IsMain) return await RefuseAsync(packet);
        switch (packet.Type)
        {
            case SocketPacket.ConnectType when _joined is null:
                HasConnected = true;
                _joined = join((name, payload) => send(SocketPacket.Event(name, payload)), ended);
                await send(SocketPacket.Connected(EncounterId.New()));
                return true;
            case SocketPacket.DisconnectType when _joined is not null:
                await EndAsync();
                return true;
            case SocketPacket.EventType when _joined is not null:
                return await TakeAsync(packet);
            case SocketPacket.AckType when _joined is not null:
                return true;
            default:
                return false;
        }
    }

    /// <summary>Tells this client nothing more.</summary>
    public async Task EndAsync()
    {
        if (Interlocked.Exchange(ref _joined, null) is { } joined) await joined.LeaveAllAsync();
    }

    private async Task<bool> RefuseAsync(SocketPacket packet)
    {
        if (packet.Type != SocketPacket.ConnectType) return packet.Type == SocketPacket.DisconnectType;
        await send(SocketPacket.Refused(packet.Namespace));
        return true;
    }

    private async Task<bool> TakeAsync(SocketPacket packet)
    {
        var name = packet.Data[0].ToString();
        if (s_reserved.Contains(name)) return false;
        var wanted = packet.Data.GetArrayLength() > 1 ? packet.Data[1] : default;
        if (_joined is not { } joined) return true;
        Task Answer(string? error) => packet.Answer is { } answer ? send(SocketPacket.Ack(answer, SocketAnswer.Of(error))) : Task.CompletedTask;
        switch (name)
        {
            case "join-session":
                await joined.JoinAsync(Text(wanted), packet.Answer is not null, Answer);
                break;
            case "leave-session":
                await joined.LeaveAsync(Text(wanted));
                await Answer(null);
                break;
            case "request-catchup":
                await Answer(await joined.CatchUpAsync(CatchupRequest.Of(wanted)));
                break;
            default:
                await Answer("unknown_event");
                break;
        }

        return true;
    }

    private static string Text(JsonElement given) => given.ValueKind == JsonValueKind.String ? given.GetString()! : "";
}
