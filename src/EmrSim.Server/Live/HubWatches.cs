using System.Collections.Concurrent;
using EmrSim.Contracts;
using Microsoft.AspNetCore.SignalR;

namespace EmrSim.Server.Live;

/// <summary>What each hub connection follows. A connection that takes its messages slowly holds up itself only.</summary>
public sealed class HubWatches(IHubContext<EncounterHub> hub, EncounterPump pump)
{
    private const int MostJoined = 50;

    internal void Join(HubCallerContext connection, string encounterId, long after)
    {
        var joined = Joined(connection);
        if (joined.ContainsKey(encounterId)) return;
        if (joined.Count >= MostJoined) throw new HubException($"too_many_joined: leave an encounter first; a connection follows at most {MostJoined}.");
        var leaving = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionAborted);
        var watch = new Watch(leaving);
        if (!joined.TryAdd(encounterId, watch))
        {
            leaving.Dispose();
            return;
        }

        var client = hub.Clients.Client(connection.ConnectionId);
        watch.Pump = pump.RunAsync(encounterId, after, told => TellAsync(client, told), leaving.Token);
    }

    internal static async Task LeaveAsync(HubCallerContext connection, string encounterId)
    {
        if (!Joined(connection).TryRemove(encounterId, out var watch)) return;
        await watch.Leaving.CancelAsync();
        await watch.Pump;
        watch.Leaving.Dispose();
    }

    private static ConcurrentDictionary<string, Watch> Joined(HubCallerContext connection)
    {
        lock (connection.Items)
        {
            if (connection.Items.TryGetValue(typeof(HubWatches), out var known)) return (ConcurrentDictionary<string, Watch>)known!;
            var joined = new ConcurrentDictionary<string, Watch>(StringComparer.Ordinal);
            connection.Items[typeof(HubWatches)] = joined;
            return joined;
        }
    }

    private static async Task<bool> TellAsync(IClientProxy client, LiveEvent told)
    {
        await SendAsync(client, told);
        return true;
    }

    private static Task SendAsync(IClientProxy client, LiveEvent told) => told.Payload switch
    {
        TranscriptEntry entry => client.SendAsync(nameof(IEncounterClient.Transcript), entry),
        EncounterChange change => client.SendAsync(nameof(IEncounterClient.EncounterChanged), change),
        TranscriptErrorNotice notice => client.SendAsync(nameof(IEncounterClient.TranscriptError), notice),
        string state => client.SendAsync(nameof(IEncounterClient.Degraded), state),
        _ => Task.CompletedTask,
    };

    private sealed record Watch(CancellationTokenSource Leaving)
    {
        public Task Pump { get; set; } = Task.CompletedTask;
    }
}
