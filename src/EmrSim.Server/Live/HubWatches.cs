using System.Collections.Concurrent;
using EmrSim.Contracts;
using EmrSim.Server.Http;
using Microsoft.AspNetCore.SignalR;

namespace EmrSim.Server.Live;

/// <summary>What each hub connection follows. A connection that takes its messages slowly holds up itself only.</summary>
public sealed class HubWatches(IHubContext<EncounterHub> hub, EncounterFollower follower, TimeProvider clock)
{
    private const int MostJoined = 50;
    private static readonly TimeSpan s_tryAgain = TimeSpan.FromSeconds(1);

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

        watch.Pump = PumpAsync(connection.ConnectionId, encounterId, after, leaving.Token);
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

    private async Task PumpAsync(string connectionId, string encounterId, long after, CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var client = hub.Clients.Client(connectionId);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var told in follower.FollowAsync(encounterId, after, cancellationToken))
                {
                    await SendAsync(client, told);
                    after = Math.Max(after, told.Seq);
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (ApiErrorException)
            {
                // The log can't be read just now; nothing is lost by reading it later from the same place.
                await Task.Delay(s_tryAgain, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
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
