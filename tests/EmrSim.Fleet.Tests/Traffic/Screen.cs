using System.Collections.Concurrent;
using System.Diagnostics;
using EmrSim.Contracts;
using EmrSim.Fleet.Tests.Instances;
using Microsoft.AspNetCore.SignalR.Client;

namespace EmrSim.Fleet.Tests.Traffic;

/// <summary>
/// What one who watches an encounter has on the screen. When the instance goes, the screen goes on at the next one from the last
/// place in the log that it has seen.
/// </summary>
public sealed class Screen : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);
    private readonly CancellationTokenSource _leaving = new();
    private readonly ConcurrentQueue<TranscriptEntry> _told = new();
    private readonly ConcurrentDictionary<string, long> _at = new();
    private readonly IReadOnlyList<Instance> _instances;
    private readonly string _encounter;
    private readonly Task _watching;
    private long _lastSeq;

    public Screen(IReadOnlyList<Instance> instances, int first, string encounter)
    {
        (_instances, _encounter) = (instances, encounter);
        _watching = WatchAsync(first);
    }

    /// <summary>Places in the log that were told twice or after a later one.</summary>
    public int OutOfTurn => _told.Zip(_told.Skip(1)).Count(static pair => pair.Second.Seq <= pair.First.Seq);

    /// <summary>When it first showed each item, as a timestamp of the clock.</summary>
    public IReadOnlyDictionary<string, long> ShownAt => _at;

    /// <summary>The items in the order in which a page shows them: each after the one that it follows.</summary>
    public IReadOnlyList<SeenItem> Items
    {
        get
        {
            var items = _told.GroupBy(entry => entry.ItemId!).Select(revisions => revisions.MaxBy(entry => entry.Revision)!).ToList();
            var followers = items.ToLookup(entry => entry.PreviousItemId ?? "");
            var shown = new List<SeenItem>(items.Count);
            var waiting = new Stack<TranscriptEntry>(followers[""].OrderByDescending(entry => entry.Seq));
            while (waiting.TryPop(out var next))
            {
                shown.Add(new(next.ItemId!, next.Text));
                foreach (var follower in followers[next.ItemId!].OrderByDescending(entry => entry.Seq)) waiting.Push(follower);
            }

            return shown;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        await _watching;
        _leaving.Dispose();
    }

    private async Task WatchAsync(int instance)
    {
        for (; !_leaving.IsCancellationRequested; instance++)
        {
            await using var hub = new HubConnectionBuilder().WithUrl(new Uri(_instances[instance % _instances.Count].Url, "/hubs/encounter")).Build();
            var closed = new TaskCompletionSource();
            hub.Closed += _ =>
            {
                closed.TrySetResult();
                return Task.CompletedTask;
            };
            hub.On<TranscriptEntry>(nameof(IEncounterClient.Transcript), Tell);
            try
            {
                await hub.StartAsync(_leaving.Token);
                await hub.InvokeAsync<bool>("JoinEncounter", _encounter, _lastSeq, _leaving.Token);
                await closed.Task.WaitAsync(_leaving.Token);
            }
            catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
            {
                return;
            }
            catch (Exception)
            {
                // That instance is away or its database is: the next one.
                await Task.Delay(s_pause, _leaving.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Tell(TranscriptEntry entry)
    {
        if (!entry.IsFinal) return;
        _at.TryAdd(entry.ItemId!, Stopwatch.GetTimestamp());
        _told.Enqueue(entry);
        _lastSeq = Math.Max(_lastSeq, entry.Seq);
    }
}
