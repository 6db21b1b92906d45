using EmrSim.SessionStore.Tiered;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace EmrSim.SessionStore.Redis;

/// <summary>
/// The one connection to the server: begun in the background, mended by the client library, made anew when that does not
/// help for long, closed on stop. Each change is told once.
/// </summary>
internal sealed partial class RedisConnection(StoreUrl url, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private static readonly TimeSpan s_watchEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_renewAfter = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private ConnectionMultiplexer? _multiplexer;
    private IDatabase? _database;
    private Task _watch = Task.CompletedTask;
    private Task _first = Task.CompletedTask;
    private long _good;
    private long _renewed;
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

    public string Url => url.Masked;

    public int DatabaseNumber => url.Database;

    public bool IsReady => _state == ConnectionState.Ready;

    public string? LastError { get; private set; }

    public DateTimeOffset Since { get; private set; }

    public string? ServerVersion { get; private set; }

    public string? ServerKind { get; set; }

    /// <summary>The server has just answered as it should.</summary>
    public void NoteGood() => Volatile.Write(ref _good, time.GetTimestamp());

    /// <summary>Where commands go; throws at once when there is no connection.</summary>
    public IDatabase Database => _state == ConnectionState.Ready && _database is { } database
        ? database
        : throw new TierUnavailableException("no connection");

    /// <summary>Every key on every primary, by SCAN.</summary>
    public async IAsyncEnumerable<string> KeysAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var multiplexer = _state == ConnectionState.Ready && _multiplexer is { } ready ? ready : throw new TierUnavailableException("no connection");
        foreach (var server in multiplexer.GetServers().Where(static server => server is { IsConnected: true, IsReplica: false }))
        {
            await foreach (var key in server.KeysAsync(url.Database, pageSize: 500).WithCancellation(cancellationToken).ConfigureAwait(false)) yield return (string)key!;
        }
    }

    /// <summary>The client that carries the connection now; another one after it was made anew.</summary>
    public ConnectionMultiplexer? Multiplexer => Volatile.Read(ref _multiplexer);

    /// <summary>Asks the server for its role again, as a primary that was a replica when it was connected needs.</summary>
    public Task LookAgainAsync() => _state == ConnectionState.Ready && _multiplexer is { } multiplexer ? multiplexer.ConfigureAsync() : Task.CompletedTask;

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
        _first = RenewAsync();
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
        if (_multiplexer is { } multiplexer) await multiplexer.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
        LogEnded(url.Masked);
    }

    private async Task RenewAsync()
    {
        _renewed = time.GetTimestamp();
        try
        {
            var options = RedisOptions.For(url);
            options.ConnectionAttemptCompleted += (_, attempt) => OnAttempted(attempt);
            var multiplexer = await ConnectionMultiplexer.ConnectAsync(options).ConfigureAwait(false);
            multiplexer.ConnectionFailed += (_, failed) => OnFailed(multiplexer, failed);
            multiplexer.ConnectionRestored += (_, restored) =>
            {
                if (restored.ConnectionType == ConnectionType.Interactive) OnReady(multiplexer);
            };
            var old = Interlocked.Exchange(ref _multiplexer, multiplexer);
            _database = multiplexer.GetDatabase();
            if (old is not null) OnReplaced();
            if (old is not null) await old.DisposeAsync().ConfigureAwait(false);
            if (multiplexer.IsConnected) OnReady(multiplexer);
            else if (LastError is null) OnError("The server can't be reached.");
        }
        catch (Exception problem) when (problem is RedisException or IOException or ArgumentException or System.Security.Cryptography.CryptographicException)
        {
            OnError(Harmless(problem.Message));
        }
    }

    /// <summary>The library has been seen to stay away for minutes; a new multiplexer does not.</summary>
    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(s_watchEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false))
            {
                if (time.GetElapsedTime(Volatile.Read(ref _good)) < s_renewAfter || time.GetElapsedTime(_renewed) < s_renewAfter) continue;
                await RenewAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private void OnReplaced()
    {
        lock (_lock)
        {
            if (_state == ConnectionState.Ready) Move_NeedsLock(ConnectionState.Reconnecting);
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

        ServerVersion = multiplexer.GetServer(multiplexer.GetEndPoints()[0]).Version.ToString();
        LogReady(url.Masked, ServerVersion);
        Ready?.Invoke();
    }

    private void OnFailed(ConnectionMultiplexer multiplexer, ConnectionFailedEventArgs failed)
    {
        if (failed.ConnectionType != ConnectionType.Interactive) return;
        lock (_lock)
        {
            if (multiplexer != _multiplexer) return;
            LastError = failed.FailureType.ToString();
            if (_state != ConnectionState.Ready) return;
            Move_NeedsLock(ConnectionState.Reconnecting);
        }

        LogReconnecting(url.Masked, failed.FailureType);
        Lost?.Invoke(failed.FailureType.ToString());
    }

    // Told of each attempt, unlike the failure of a connection, which stays silent while the server is away.
    private void OnAttempted(ConnectionAttemptCompletedEventArgs attempt)
    {
        if (attempt.IsSuccess || attempt.ConnectionType != ConnectionType.Interactive) return;
        var certificate = attempt.ServerCertificatePolicyErrors is { } errors and not System.Net.Security.SslPolicyErrors.None ? $" ({errors})" : "";
        OnError($"{attempt.FailureType} at stage {attempt.Stage}{certificate}");
    }

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
        foreach (var secret in (string?[])[url.Password, url.User])
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

    [LoggerMessage(105, LogLevel.Information, "Session store: connection to {Url} ended")]
    private partial void LogEnded(string url);
}
