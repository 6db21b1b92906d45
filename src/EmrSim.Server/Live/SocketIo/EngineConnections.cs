using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Net.WebSockets;
using EmrSim.Server.Encounters;
using EmrSim.Server.Settings;
using EmrSim.Server.Transcripts;

namespace EmrSim.Server.Live.SocketIo;

/// <summary>The Socket.IO connections of this instance, by their ids.</summary>
internal sealed class EngineConnections
{
    private readonly ConcurrentDictionary<string, EngineConnection> _byId = new(StringComparer.Ordinal);
    private readonly Func<Func<string, object, Task<bool>>, CancellationToken, JoinedEncounters> _join;
    private readonly LiveSettings _limits;
    private readonly TimeProvider _clock;
    private readonly ILogger<EngineConnection> _log;
    private int _count;
    private volatile bool _stopping;

    public EngineConnections(
        EncounterRegister encounters, TranscriptLog transcripts, EncounterPump pump, ServerSettings settings, TimeProvider clock, IHostApplicationLifetime lifetime, ILogger<EngineConnection> log)
    {
        (_limits, _clock, _log) = (settings.Live, clock, log);
        _join = (emit, ended) => new(encounters, transcripts, pump, emit, ended);
        lifetime.ApplicationStopping.Register(CloseAll);
    }

    /// <summary>Null when there are too many, or the server stops.</summary>
    public EngineConnection? Open(bool onWebSocket)
    {
        if (_stopping || Interlocked.Increment(ref _count) > _limits.SocketConnections)
        {
            if (!_stopping) Interlocked.Decrement(ref _count);
            return null;
        }

        var connection = new EngineConnection(EncounterId.New(), onWebSocket, mine => new(mine.SendAsync, _join, mine.Ended), Forget, _limits.SlowestClient, _clock, _log);
        _byId[connection.Id] = connection;
        _ = connection.LiveAsync();
        if (_stopping) Leave(connection);
        return connection;
    }

    public bool TryFind(string id, [NotNullWhen(true)] out EngineConnection? connection) => _byId.TryGetValue(id, out connection);

    private void Forget(EngineConnection connection)
    {
        if (_byId.TryRemove(new(connection.Id, connection))) Interlocked.Decrement(ref _count);
    }

    private void CloseAll()
    {
        _stopping = true;
        foreach (var connection in _byId.Values) Leave(connection);
    }

    private static void Leave(EngineConnection connection) => connection.Close("The server stops: connect again.", WebSocketCloseStatus.EndpointUnavailable);
}
