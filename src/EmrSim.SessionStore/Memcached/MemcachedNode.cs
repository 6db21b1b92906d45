using EmrSim.SessionStore.Tiered;
using Microsoft.Extensions.Logging;

namespace EmrSim.SessionStore.Memcached;

/// <summary>
/// One server of several: connected in the background with growing, jittered delays, checked before it is used, left after a few
/// operations without an answer. The others serve on meanwhile.
/// </summary>
internal sealed partial class MemcachedNode(string host, int port, string? user, string? password, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private const int MostSilences = 3;
    private const int FirstDelayMs = 100;
    private const int MostDelayMs = 2000;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _stopping = new();
    private MemcachedConnection? _connection;
    private Task _running = Task.CompletedTask;
    private int _silences;

    public string Name { get; } = $"{host}:{port}";

    public string Host => host;

    public int Port => port;

    public string? Login => password is null ? null : $"{user} {password}";

    public bool IsReady => _connection is not null;

    public string? Version { get; private set; }

    public string? LastError { get; private set; }

    /// <summary>Checks, and if need be fills, the server before it is used.</summary>
    public Func<MemcachedNode, MemcachedConnection, CancellationToken, Task>? BeforeUse { get; set; }

    /// <summary>The server is used again, or no longer, and why.</summary>
    public Action<MemcachedNode, string?>? Changed { get; set; }

    public void Start() => _running = RunAsync(_stopping.Token);

    /// <summary>Where commands go; throws at once when the server is away.</summary>
    public MemcachedConnection Connection => _connection ?? throw new PartAwayException(Name);

    /// <summary>An operation ended with or without an answer.</summary>
    public void Note(bool answered)
    {
        if (answered) _silences = 0;
        else if (Interlocked.Increment(ref _silences) >= MostSilences) _connection?.End("no answer");
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _connection?.End("disposed");
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        for (var attempt = 0; !stopping.IsCancellationRequested;)
        {
            try
            {
                await using var connection = await ConnectAsync(stopping).ConfigureAwait(false);
                (attempt, _silences, LastError) = (0, 0, null);
                _connection = connection;
                LogReady(Name, Version ?? "");
                Changed?.Invoke(this, null);
                var cause = await connection.Ended.WaitAsync(stopping).ConfigureAwait(false);
                Left(cause);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                _connection = null;
                return;
            }
            catch (Exception problem) when (IsNoted(problem))
            {
                _connection = null;
            }

            // Full jitter, so that a fleet does not come back in step.
            var most = Math.Min(MostDelayMs, FirstDelayMs << Math.Min(attempt++, 10));
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(FirstDelayMs / 2, most + 1)), time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    // Whatever it was, the next attempt may go better: a server that nobody connects to again is lost for good.
    private bool IsNoted(Exception problem)
    {
        var error = problem is TierUnavailableException ? problem.Message : problem.GetType().Name;
        if (error != LastError) LogError(Name, error);
        LastError = error;
        return true;
    }

    private void Left(string cause)
    {
        _connection = null;
        LastError = cause;
        if (_stopping.IsCancellationRequested) return;
        LogLost(Name, cause);
        Changed?.Invoke(this, cause);
    }

    private async Task<MemcachedConnection> ConnectAsync(CancellationToken stopping)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(s_patience);
        var connection = await MemcachedConnection.OpenAsync(host, port, patience.Token).ConfigureAwait(false);
        try
        {
            if (password is not null) await LogInAsync(connection).ConfigureAwait(false);
            var version = await connection.AskAsync("version").WaitAsync(s_patience, time, stopping).ConfigureAwait(false);
            if (version.Text is { } refusal && version.Code == MetaCode.Refused) throw new TierUnavailableException(refusal.Contains("auth", StringComparison.Ordinal) ? "asks for a password" : "refuses");
            if (version.Text?.StartsWith("VERSION ", StringComparison.Ordinal) != true) throw new TierUnavailableException("not a memcached server");
            Version = version.Text[8..];
            if (BeforeUse is { } prepare) await prepare(this, connection, stopping).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // Password files of memcached -Y: the first "set" of a connection carries user and password (protocol.txt, "Authentication").
    private async Task LogInAsync(MemcachedConnection connection)
    {
        var login = Login!;
        var answer = await connection.AskAsync($"set auth 0 0 {System.Text.Encoding.UTF8.GetByteCount(login)}\r\n{login}").WaitAsync(s_patience, time).ConfigureAwait(false);
        if (answer.Text != "STORED") throw new TierUnavailableException("wrong user or password");
    }

    [LoggerMessage(151, LogLevel.Information, "Session store: ready at memcached://{Node}, version {Version}")]
    private partial void LogReady(string node, string version);

    [LoggerMessage(152, LogLevel.Warning, "Session store: connection to memcached://{Node} lost ({Cause}), reconnecting")]
    private partial void LogLost(string node, string cause);

    [LoggerMessage(153, LogLevel.Warning, "Session store: error at memcached://{Node}: {Error}")]
    private partial void LogError(string node, string error);
}
