using EmrSim.SessionStore.Tiered;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace EmrSim.SessionStore.Redis;

/// <summary>
/// The one connection to the server: begun in the background, mended by the client library, made anew when that does not
/// help for long, closed on stop. With sentinels it is always to the primary that they name, each with a client of its own. Each
/// change is told once.
/// </summary>
internal sealed partial class RedisConnection(StoreUrl url, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private static readonly TimeSpan s_watchEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_hintEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_readEvery = TimeSpan.FromSeconds(1);
    private const int MostAsked = 3;
    private readonly SentinelWatch? _sentinels = url.Kind == StoreServerKind.Sentinel ? new(url, time, log) : null;
    private readonly LoopTrouble _trouble = new("watching the connection", time, log);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private ConnectionMultiplexer? _multiplexer;
    private IDatabase? _database;
    private Task _watch = Task.CompletedTask;
    private Task _first = Task.CompletedTask;
    private Task _moving = Task.CompletedTask;
    private Task _reading = Task.CompletedTask;
    private long _read;
    private long _good;
    private long _renewed;
    private long _hinted;
    private volatile bool _inDoubt;
    private bool _wasWhole;
    private string? _warning;
    private StoreEndpoint? _primary;
    private ConnectionState _state = ConnectionState.Idle;

    /// <summary>The connection is up again, or the first time.</summary>
    public event Action? Ready;

    /// <summary>The connection is lost, not merely slow.</summary>
    public event Action<string>? Lost;

    private enum ConnectionState
    {
        Idle,
        Connecting,
        Ready,
        Reconnecting,
        Ended,
    }

    /// <summary>After how long without a good answer the connection is made anew.</summary>
    public TimeSpan RenewAfter { get; init; } = TimeSpan.FromSeconds(30);

    public string Url => url.Masked;

    /// <summary>What to name when the address is wrong.</summary>
    public string Setting => url.Setting;

    public int DatabaseNumber => url.Database;

    public bool IsCluster => url.Kind == StoreServerKind.Cluster;

    public bool IsReady => _state == ConnectionState.Ready;

    public string? LastError { get; private set; }

    public DateTimeOffset Since { get; private set; }

    public string? ServerVersion { get; private set; }

    public string? ServerKind { get; set; }

    /// <summary>What an operator should know although it serves; null when there is nothing.</summary>
    public string? Warning => _warning;

    /// <summary>The server has just answered as it should.</summary>
    public void NoteGood()
    {
        Volatile.Write(ref _good, time.GetTimestamp());
        if (!_inDoubt) return;
        _inDoubt = false;
        if (IsReady) LastError = null;
    }

    /// <summary>It did not answer as a primary should: it is looked more often whether another one does, or this one again.</summary>
    public void NoteDoubt() => _inDoubt = true;

    /// <summary>Where commands go; throws at once when there is no connection.</summary>
    public IDatabase Database => _state == ConnectionState.Ready && _database is { } database
        ? database
        : throw new TierUnavailableException("no connection");

    /// <summary>Every key on every primary, by SCAN; throws unless that is every key there is.</summary>
    public async IAsyncEnumerable<string> KeysAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var shards = await ShardsAsync().ConfigureAwait(false);
        foreach (var shard in shards)
        {
            await foreach (var key in shard.KeysAsync(url).WithCancellation(cancellationToken).ConfigureAwait(false)) yield return (string)key!;
        }

        // What moved meanwhile from one that was not read yet to one that was is missing.
        if (!RedisShard.AreSame(shards, await ShardsAsync().ConfigureAwait(false))) throw new TierUnavailableException("the primaries changed while their keys were read");
    }

    /// <summary>The client that carries the connection now; another one after it was made anew.</summary>
    public ConnectionMultiplexer? Multiplexer => Volatile.Read(ref _multiplexer);

    /// <summary>Whether what the client is connected to says of itself that it is a replica.</summary>
    public bool IsOnReplica => _multiplexer?.GetServers().Any(static server => server is { IsConnected: true, IsReplica: true }) == true;

    /// <summary>Asks the servers for their roles again, as a primary that was a replica when it was connected needs.</summary>
    public Task LookAgainAsync() => _state == ConnectionState.Ready && _multiplexer is { } multiplexer ? multiplexer.ConfigureAsync() : Task.CompletedTask;

    /// <summary>With sentinels: asks them whether it is still this one, so that an old primary that returns is not written to.</summary>
    public async Task ConfirmAsync(CancellationToken cancellationToken)
    {
        if (_sentinels is null) return;
        await _sentinels.LookAsync(cancellationToken).ConfigureAwait(false);
        if (_sentinels.Primary?.Endpoint != _primary || !IsReady) throw new TierUnavailableException(_sentinels.Primary is null ? _sentinels.Problem ?? "no primary is known" : "no connection");
    }

    /// <summary>The primaries as they are now; throws when one is missing.</summary>
    public async ValueTask<IReadOnlyList<RedisShard>> ShardsAsync()
    {
        var client = _state == ConnectionState.Ready && _multiplexer is { } ready ? ready : throw new TierUnavailableException("no connection");
        if (url.Kind != StoreServerKind.Cluster) return [RedisShard.Whole(client)];
        Exception? problem = null;
        // Another node than the last one: this one may hang, or not have heard yet.
        foreach (var node in client.GetServers().Where(static node => node.IsConnected).OrderBy(static _ => Random.Shared.Next()).Take(MostAsked))
        {
            try
            {
                return await RedisShard.AskAsync(client, node).WaitAsync(s_patience, time).ConfigureAwait(false);
            }
            catch (Exception incomplete) when (incomplete is TierUnavailableException or TimeoutException or RedisException)
            {
                problem = incomplete;
            }
        }

        if (problem is RedisServerException refused) throw new TierUnavailableException(RedisAdvice.Of(refused, url.Setting));
        throw problem is TierUnavailableException ? problem : new TierUnavailableException("no node of the cluster answers");
    }

    /// <summary>Begins to connect, and waits at most this long for success.</summary>
    public async Task StartAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_state != ConnectionState.Idle) return;
            Move_NeedsLock(ConnectionState.Connecting);
        }

        LogConnecting(url.Masked);
        _good = time.GetTimestamp();
        _first = _sentinels is { } sentinels ? FollowAsync(sentinels) : RenewAsync();
        _watch = WatchAsync();
        await Task.WhenAny(_first, Task.Delay(patience, time, cancellationToken)).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_state == ConnectionState.Ended) return;
            Move_NeedsLock(ConnectionState.Ended);
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _first.ConfigureAwait(false);
        await _watch.ConfigureAwait(false);
        if (_sentinels is not null) await _sentinels.DisposeAsync().ConfigureAwait(false);
        await _moving.ConfigureAwait(false);
        if (_multiplexer is { } multiplexer) await multiplexer.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
        LogEnded(url.Masked);
    }

    private async Task FollowAsync(SentinelWatch sentinels)
    {
        sentinels.Moved += OnMoved;
        sentinels.Looked += OnLooked;
        await sentinels.StartAsync().ConfigureAwait(false);
        await _moving.ConfigureAwait(false);
    }

    // What is on its way to the old one fails at once and goes elsewhere: answered there, it could be lost.
    private void OnMoved(KnownPrimary primary)
    {
        ConnectionMultiplexer? old;
        bool isFirst;
        lock (_lock)
        {
            if (_state == ConnectionState.Ended) return;
            isFirst = _primary is null;
            _primary = primary.Endpoint;
            old = Interlocked.Exchange(ref _multiplexer, null);
            if (_state == ConnectionState.Ready) Move_NeedsLock(ConnectionState.Reconnecting);
        }

        if (!isFirst)
        {
            LogMoved(url.Masked, primary.Endpoint.ToString(), primary.Epoch);
            StoreMetrics.ConnectionEvents.Add(1, new KeyValuePair<string, object?>("event", "failedover"));
            Lost?.Invoke("failed over");
        }

        _moving = Task.WhenAll(_moving, CloseAsync(old), RenewAsync());
    }

    private void OnLooked()
    {
        var problem = _sentinels!.Problem;
        if (_sentinels.Primary is null && problem is not null) OnError(problem);
        if (problem != Interlocked.Exchange(ref _warning, problem) && problem is not null && _sentinels.Primary is not null) LogWarning(url.Masked, problem);
        if (_inDoubt) Hint();
    }

    private static Task CloseAsync(ConnectionMultiplexer? old) => old?.CloseAsync(false) ?? Task.CompletedTask;

    private async Task RenewAsync()
    {
        _renewed = time.GetTimestamp();
        var primary = _primary;
        if (_sentinels is not null && primary is null) return;
        try
        {
            var options = RedisOptions.For(url, primary is { } one ? [one] : url.Endpoints);
            options.ConnectionAttemptCompleted += (_, attempt) => OnAttempted(attempt);
            var multiplexer = await ConnectionMultiplexer.ConnectAsync(options).ConfigureAwait(false);
            multiplexer.ConnectionFailed += (_, failed) => OnFailed(multiplexer, failed);
            multiplexer.ConnectionRestored += (_, restored) =>
            {
                if (restored.ConnectionType == ConnectionType.Interactive && !IsStrange(multiplexer, restored)) OnReady(multiplexer);
            };
            ConnectionMultiplexer? old;
            lock (_lock)
            {
                // Meanwhile it may have been told of yet another primary, or to stop.
                var isWanted = primary == _primary && _state != ConnectionState.Ended;
                old = isWanted ? Interlocked.Exchange(ref _multiplexer, multiplexer) : multiplexer;
                if (isWanted) _database = multiplexer.GetDatabase();
            }

            if (old is not null)
            {
                OnReplaced(multiplexer);
                await CloseAsync(old).ConfigureAwait(false);
            }

            if (IsUp(multiplexer)) OnReady(multiplexer);
            else if (LastError is null) OnError("The server can't be reached.");
        }
        catch (Exception problem) when (problem is RedisException or IOException or ArgumentException or System.Security.Cryptography.CryptographicException)
        {
            OnError(Harmless(problem.Message));
        }
    }

    private void OnReplaced(ConnectionMultiplexer multiplexer)
    {
        lock (_lock)
        {
            if (_state == ConnectionState.Ready && multiplexer == _multiplexer) Move_NeedsLock(ConnectionState.Reconnecting);
        }
    }

    private void OnReady(ConnectionMultiplexer multiplexer)
    {
        lock (_lock)
        {
            if (_state is ConnectionState.Ready or ConnectionState.Ended || multiplexer != _multiplexer) return;
            LastError = null;
            Move_NeedsLock(ConnectionState.Ready);
        }

        ServerVersion = multiplexer.GetServers().OrderByDescending(static server => server.IsConnected).First().Version.ToString();
        LogReady(url.Masked, ServerVersion);
        _hinted = time.GetTimestamp();
        Ready?.Invoke();
    }

    private void OnFailed(ConnectionMultiplexer multiplexer, ConnectionFailedEventArgs failed)
    {
        if (failed.ConnectionType != ConnectionType.Interactive || IsStrange(multiplexer, failed)) return;
        lock (_lock)
        {
            if (multiplexer != _multiplexer) return;
            if (url.Kind == StoreServerKind.Cluster && multiplexer.IsConnected && IsReplica(multiplexer, failed)) return;
            LastError = failed.FailureType.ToString();
            if (_state != ConnectionState.Ready) return;
            // A cluster without one of its primaries is in doubt; the others stay connected.
            (_inDoubt, _wasWhole) = (true, false);
            if (url.Kind != StoreServerKind.Cluster || !multiplexer.IsConnected) Move_NeedsLock(ConnectionState.Reconnecting);
        }

        LogReconnecting(url.Masked, failed.FailureType);
        Lost?.Invoke(failed.FailureType.ToString());
    }

    // Told of each attempt, unlike the failure of a connection, which stays silent while the server is away.
    private void OnAttempted(ConnectionAttemptCompletedEventArgs attempt)
    {
        if (attempt.IsSuccess || attempt.ConnectionType != ConnectionType.Interactive || (IsReady && (url.Kind != StoreServerKind.Cluster || !_inDoubt))) return;
        OnError(RedisAdvice.Of(attempt, url));
    }

    // A node of a cluster that is named as a server of its own tells the client of others, which we do not use.
    private bool IsStrange(ConnectionMultiplexer multiplexer, ConnectionFailedEventArgs changed) =>
        url.Kind != StoreServerKind.Cluster && changed.EndPoint is { } endpoint && !multiplexer.GetEndPoints(configuredOnly: true).Contains(endpoint);

    private bool IsUp(ConnectionMultiplexer multiplexer) => url.Kind == StoreServerKind.Cluster
        ? multiplexer.IsConnected
        : multiplexer.GetEndPoints(configuredOnly: true).Any(endpoint => multiplexer.GetServer(endpoint).IsConnected);

    private static bool IsReplica(ConnectionMultiplexer multiplexer, ConnectionFailedEventArgs failed) =>
        failed.EndPoint is { } endpoint && multiplexer.GetServers().FirstOrDefault(server => server.EndPoint.Equals(endpoint)) is { IsReplica: true };

    private void OnError(string error)
    {
        lock (_lock)
        {
            if (_state == ConnectionState.Ended) return;
            var told = LastError;
            LastError = error;
            if (told == error) return;
        }

        StoreMetrics.ConnectionEvents.Add(1, new KeyValuePair<string, object?>("event", "error"));
        LogError(url.Masked, error);
    }

    private void Move_NeedsLock(ConnectionState state)
    {
        _state = state;
        Since = time.GetUtcNow();
        StoreMetrics.ConnectionEvents.Add(1, new KeyValuePair<string, object?>("event", state.ToString().ToLowerInvariant()));
    }

    private string Harmless(string message)
    {
        foreach (var secret in (string?[])[url.Password, url.User, url.SentinelPassword])
        {
            if (!string.IsNullOrEmpty(secret)) message = message.Replace(secret, "***", StringComparison.Ordinal);
        }

        return message;
    }

    [LoggerMessage(101, LogLevel.Information, "Session store: connecting to {Url}")]
    private partial void LogConnecting(string url);

    [LoggerMessage(102, LogLevel.Information, "Session store: ready at {Url}, version {Version}")]
    private partial void LogReady(string url, string version);

    [LoggerMessage(103, LogLevel.Warning, "Session store: error at {Url}: {Error}")]
    private partial void LogError(string url, string error);

    [LoggerMessage(104, LogLevel.Warning, "Session store: connection to {Url} lost ({Cause}), reconnecting")]
    private partial void LogReconnecting(string url, ConnectionFailureType cause);

    [LoggerMessage(106, LogLevel.Warning, "Session store: the sentinels of {Url} name {Primary} the primary (failover {Epoch})")]
    private partial void LogMoved(string url, string primary, long epoch);

    [LoggerMessage(107, LogLevel.Warning, "Session store: {Url} serves, but {Problem}")]
    private partial void LogWarning(string url, string problem);

    [LoggerMessage(105, LogLevel.Information, "Session store: connection to {Url} ended")]
    private partial void LogEnded(string url);
}
