using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace EmrSim.SessionStore.Feed;

/// <summary>NOTIFY and LISTEN of PostgreSQL. What waits to be sent is sent together, since each transaction that notifies waits for the one before.</summary>
internal sealed partial class PostgresBellLine(StoreDatabase database, bool isFirst, TimeProvider time, ILogger log) : IBellLine
{
    private const string Channel = "emrsim_bell";
    private const int MostWaiting = 10_000;
    private const int MostTogether = 500;
    private const int CommandSeconds = 2;
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(2);
    private readonly Channel<string> _outgoing = System.Threading.Channels.Channel.CreateBounded<string>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private CancellationTokenSource? _listening;
    private Task _sending = Task.CompletedTask;
    private Task _hearing = Task.CompletedTask;

    public event Action<int, ReadOnlyMemory<byte>>? Heard;

    public event Action<string>? Lost;

    public string Name => "postgresql";

    public int Lanes => 1;

    public (TimeSpan Calm, TimeSpan Anxious) Beat { get; } = (TimeSpan.FromSeconds(isFirst ? 1 : 3), TimeSpan.FromMilliseconds(500));

    public TimeSpan EchoWithin { get; } = TimeSpan.FromSeconds(isFirst ? 3 : 5);

    public string? Problem { get; private set; }

    public void Start()
    {
        _hearing = HearAsync();
        _sending = SendAllAsync();
    }

    public ValueTask<long?> SendAsync(int lane, ReadOnlyMemory<byte> message) =>
        _outgoing.Writer.TryWrite(Encoding.UTF8.GetString(message.Span)) ? default : throw new InvalidOperationException("Too much waits for the database.");

    public void Mend()
    {
        try
        {
            Volatile.Read(ref _listening)?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }

    public async ValueTask DisposeAsync()
    {
        _outgoing.Writer.TryComplete();
        await Task.WhenAny(_sending, Task.Delay(TimeSpan.FromSeconds(1), time)).ConfigureAwait(false);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _sending.ConfigureAwait(false);
        await _hearing.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task HearAsync()
    {
        var pause = s_firstPause;
        while (!_stopping.IsCancellationRequested)
        {
            using var listening = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            try
            {
                var opened = await database.OpenAsync(listening.Token).ConfigureAwait(false);
                await using (opened.ConfigureAwait(false))
                {
                    var connection = (NpgsqlConnection)opened;
                    connection.Notification += (_, told) => Heard?.Invoke(0, Encoding.UTF8.GetBytes(told.Payload));
                    var command = new NpgsqlCommand($"LISTEN {Channel}", connection) { CommandTimeout = CommandSeconds };
                    await using (command.ConfigureAwait(false)) await command.ExecuteNonQueryAsync(listening.Token).ConfigureAwait(false);
                    (pause, Problem) = (s_firstPause, null);
                    // From now on it can be begun anew; a beginning that is only slow is not broken off.
                    Volatile.Write(ref _listening, listening);
                    while (true) await connection.WaitAsync(listening.Token).ConfigureAwait(false);
                }
            }
            catch (Exception broken) when (broken is NpgsqlException or OperationCanceledException or TimeoutException or IOException or InvalidOperationException or System.Net.Sockets.SocketException)
            {
                if (_stopping.IsCancellationRequested) break;
                var problem = broken is PostgresException told ? told.SqlState : broken.GetType().Name;
                if (Problem != problem) LogBroken(problem);
                Problem = problem;
                Lost?.Invoke(problem);
            }
            finally
            {
                Volatile.Write(ref _listening, null);
            }

            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 > s_longestPause ? s_longestPause : pause * 2;
        }
    }

    private async Task SendAllAsync()
    {
        var together = new List<string>(MostTogether);
        try
        {
            while (await _outgoing.Reader.WaitToReadAsync(_stopping.Token).ConfigureAwait(false))
            {
                together.Clear();
                while (together.Count < MostTogether && _outgoing.Reader.TryRead(out var message)) together.Add(message);
                // A pooled connection may have died while nobody used it; what fails twice is found out by its number.
                if (!await TrySendAsync(together).ConfigureAwait(false) && !await TrySendAsync(together).ConfigureAwait(false))
                    BellMetrics.Failed.Add(together.Count, new KeyValuePair<string, object?>("line", Name));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task<bool> TrySendAsync(List<string> together)
    {
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            patience.CancelAfter(TimeSpan.FromSeconds(CommandSeconds));
            var opened = await database.OpenAsync(patience.Token).ConfigureAwait(false);
            await using (opened.ConfigureAwait(false))
            {
                var command = new NpgsqlCommand($"select pg_notify('{Channel}', message) from unnest(@messages) as message", (NpgsqlConnection)opened) { CommandTimeout = CommandSeconds };
                await using (command.ConfigureAwait(false))
                {
                    command.Parameters.Add(new("messages", NpgsqlDbType.Array | NpgsqlDbType.Text) { Value = together.ToArray() });
                    await command.ExecuteNonQueryAsync(patience.Token).ConfigureAwait(false);
                }
            }

            return true;
        }
        catch (Exception broken) when (broken is NpgsqlException or OperationCanceledException or TimeoutException or IOException or InvalidOperationException or System.Net.Sockets.SocketException)
        {
            if (_stopping.IsCancellationRequested) throw new OperationCanceledException(_stopping.Token);
            return false;
        }
    }

    [LoggerMessage(134, LogLevel.Warning, "Fleet bell: the database does not let this instance listen: {Problem}")]
    private partial void LogBroken(string problem);
}
