using System.Collections.Concurrent;
using EmrSim.Contracts;
using EmrSim.Server.Tests.Processes;
using Microsoft.AspNetCore.SignalR.Client;

namespace EmrSim.Server.Tests.Live;

/// <summary>A hub client that keeps what it is told.</summary>
public sealed class Watcher : IAsyncDisposable
{
    private readonly HubConnection _hub;

    private Watcher(HubConnection hub) => _hub = hub;

    public ConcurrentQueue<TranscriptEntry> Entries { get; } = new();

    public ConcurrentQueue<EncounterChange> Changes { get; } = new();

    public ConcurrentQueue<TranscriptErrorNotice> Errors { get; } = new();

    public IReadOnlyList<TranscriptEntry> Finals => [.. Entries.Where(entry => entry.IsFinal)];

    public static async Task<Watcher> ConnectAsync(ServerProcess server)
    {
        var hub = new HubConnectionBuilder().WithUrl(new Uri(server.Http.BaseAddress!, "/hubs/encounter")).Build();
        var watcher = new Watcher(hub);
        hub.On<TranscriptEntry>(nameof(IEncounterClient.Transcript), watcher.Entries.Enqueue);
        hub.On<EncounterChange>(nameof(IEncounterClient.EncounterChanged), watcher.Changes.Enqueue);
        hub.On<TranscriptErrorNotice>(nameof(IEncounterClient.TranscriptError), watcher.Errors.Enqueue);
        await hub.StartAsync(TestContext.Current.CancellationToken);
        return watcher;
    }

    public Task<bool> JoinAsync(string id, long after = 0) => _hub.InvokeAsync<bool>("JoinEncounter", id, after, TestContext.Current.CancellationToken);

    public Task LeaveAsync(string id) => _hub.InvokeAsync("LeaveEncounter", id, TestContext.Current.CancellationToken);

    public Task<TranscriptEntry[]> CatchupAsync(string id, long after) => _hub.InvokeAsync<TranscriptEntry[]>("Catchup", id, after, TestContext.Current.CancellationToken);

    public Task HeardAsync(int finals) => Eventually.TrueAsync(() => Finals.Count >= finals, TimeSpan.FromSeconds(10), () => $"Heard {Finals.Count} of {finals}.");

    public ValueTask DisposeAsync() => _hub.DisposeAsync();
}
