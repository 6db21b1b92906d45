using System.Globalization;
using EmrSim.SessionStore.Redis;
using EmrSim.SessionStore.Tiered;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace EmrSim.SessionStore.Feed;

/// <summary>
/// Pub/sub on the session store's server, over whatever connection it has just now: a new one, as after a failover or a move to
/// another server, is subscribed anew. In Cluster mode the channels are sharded, and there are several, so that the load is spread over the primaries.
/// </summary>
internal sealed partial class RedisBellLine(Func<RedisConnection?> current, Deadlines deadlines, TimeProvider time, ILogger log) : IBellLine
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<ChannelMessageQueue> _queues = [];
    private Task _running = Task.CompletedTask;
    private RedisConnection? _connection;
    private ConnectionMultiplexer? _known;
    private volatile ISubscriber? _subscriber;
    private volatile RedisChannel[] _channels = [];
    private volatile bool _mend;

    public event Action<int, ReadOnlyMemory<byte>>? Heard;

    public event Action<string>? Lost;

    public string Name => "redis";

    public int Lanes => Math.Max(1, _channels.Length);

    public (TimeSpan Calm, TimeSpan Anxious) Beat { get; } = (TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(300));

    public TimeSpan EchoWithin { get; } = TimeSpan.FromSeconds(1);

    public string? Problem { get; private set; }

    public void Start() => _running = RunAsync();

    public async ValueTask<long?> SendAsync(int lane, ReadOnlyMemory<byte> message)
    {
        if (_connection is not { IsReady: true } || _subscriber is not { } subscriber) throw new TierUnavailableException("no connection");
        var channels = _channels;
        return await TimedWait<long>.For(subscriber.PublishAsync(channels[lane % channels.Length], message), deadlines).ConfigureAwait(false);
    }

    public void Mend() => _mend = true;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        Leave();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(s_look, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                if (current() is not { Multiplexer: { } client } connection || (client == _known && !_mend && _queues.Count > 0)) continue;
                if (client.IsConnected) await TrySubscribeAsync(connection, client).ConfigureAwait(false);
                else Problem ??= "no connection";
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task TrySubscribeAsync(RedisConnection connection, ConnectionMultiplexer client)
    {
        var isNew = client != _known;
        _mend = false;
        if (!isNew) Leave();
        if (isNew)
        {
            // What was subscribed on the old one went with it.
            _queues.Clear();
            Lost?.Invoke("a new connection");
            if (_known is { } old) old.ConnectionFailed -= OnFailed;
            client.ConnectionFailed += OnFailed;
            (_connection, _known) = (connection, client);
        }

        try
        {
            var subscriber = client.GetSubscriber();
            var channels = Channels(connection, client);
            for (var lane = 0; lane < channels.Length; lane++)
            {
                var mine = lane;
                // The first one right after connecting may be refused; the next look tries again.
                var queue = await subscriber.SubscribeAsync(channels[lane]).WaitAsync(s_patience, time, _stopping.Token).ConfigureAwait(false);
                _queues.Add(queue);
                queue.OnMessage(message => Heard?.Invoke(mine, (ReadOnlyMemory<byte>)message.Message));
            }

            (_channels, _subscriber, Problem) = (channels, subscriber, null);
        }
        catch (Exception refused) when (refused is RedisException or TimeoutException or ObjectDisposedException)
        {
            Leave();
            var problem = refused is RedisServerException ? refused.Message.Split(' ', 2)[0] : refused.GetType().Name;
            if (problem == "NOPERM") problem = $"the user may not use the channels emrsim:bell:{connection.DatabaseNumber}:* (ACL SETUSER … &emrsim:*)";
            if (Problem != problem) LogRefused(problem);
            Problem = problem;
        }
    }

    private static RedisChannel[] Channels(RedisConnection connection, ConnectionMultiplexer client)
    {
        // Channels, unlike keys, are shared by all databases of a server.
        string Channel(int lane) => string.Create(CultureInfo.InvariantCulture, $"emrsim:bell:{connection.DatabaseNumber}:{lane}");
        return client.GetServers().Any(static server => server.ServerType == ServerType.Cluster)
            ? [.. Enumerable.Range(0, FleetBell.MostLanes).Select(lane => RedisChannel.Sharded(Channel(lane)))]
            : [RedisChannel.Literal(Channel(0))];
    }

    private void Leave()
    {
        foreach (var queue in _queues) queue.Unsubscribe(CommandFlags.FireAndForget);
        _queues.Clear();
    }

    private void OnFailed(object? sender, ConnectionFailedEventArgs failed)
    {
        if (sender == _known) Lost?.Invoke(failed.FailureType.ToString());
    }

    [LoggerMessage(133, LogLevel.Warning, "Fleet bell: the server lets nobody subscribe: {Problem}")]
    private partial void LogRefused(string problem);
}
