using System.Collections.Concurrent;
using System.Text;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.SessionStore.Tests.Feed;

/// <summary>An instance that keeps what its bell tells.</summary>
public sealed class Listener : IAsyncDisposable
{
    private readonly RunningStore _instance;
    private int _missed;

    private Listener(RunningStore instance)
    {
        _instance = instance;
        instance.Host.Bell.Rang += ring => Heard.Enqueue($"{ring.Topic}={Encoding.UTF8.GetString(ring.Payload.Span)}");
        instance.Host.Bell.Missed += () => Interlocked.Increment(ref _missed);
    }

    public ConcurrentQueue<string> Heard { get; } = new();

    /// <summary>How often it was told that something may be missing.</summary>
    public int Missed => Volatile.Read(ref _missed);

    public string State => _instance.Host.Bell.Status.State;

    public string Log => string.Join('\n', _instance.Log.Lines);

    public string Problem => string.Join(", ", _instance.Host.Bell.Status.Lines.Select(line => line.Problem));

    public static async Task<Listener> StartAsync(string? redis, StoreDatabase? database)
    {
        StoreUrl? url = null;
        if (redis is not null) Assert.True(StoreUrl.TryParse(redis, out url, out _));
        return new(await RunningStore.StartAsync(new() { Server = url, Database = database }));
    }

    public void Ring(string topic, string payload) => _instance.Host.Bell.Ring(topic, Encoding.UTF8.GetBytes(payload));

    public Task BecomesAsync(string state, int peers = 1) => Eventually.TrueAsync(
        () => State == state && _instance.Host.Bell.Status.Peers >= peers, TimeSpan.FromSeconds(30), () => $"{State}, {_instance.Host.Bell.Status.Peers} peers, not {state}, {peers}; {Problem}\n{Log}");

    /// <summary>Waits until all of this was heard, in any order, each once and nothing else.</summary>
    public async Task HearsAsync(params string[] rings)
    {
        await Eventually.TrueAsync(() => Heard.Count >= rings.Length, TimeSpan.FromSeconds(30), () => $"Heard {string.Join(' ', Heard)}\n{Log}");
        Assert.Equal(rings.Order(StringComparer.Ordinal), Heard.Order(StringComparer.Ordinal));
    }

    public ValueTask DisposeAsync() => _instance.DisposeAsync();
}
