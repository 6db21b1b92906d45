using EmrSim.Server.Storage;
using EmrSim.SessionStore.Feed;

namespace EmrSim.Server.Live;

/// <summary>
/// Looks whether the logs of watched encounters have grown by another instance's hand: at once when the bell says that something may
/// have been missed, and now and then in any case, more often the less the bell is believed, or while a look has failed.
/// </summary>
internal sealed partial class LogWatch(AppDatabase database, LiveFeed feed, FleetBell bell, TimeProvider clock, ILogger<LogWatch> log) : BackgroundService
{
    private const int MostAtOnce = 500;
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_inDoubt = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_deaf = TimeSpan.FromMilliseconds(250);
    private readonly SemaphoreSlim _called = new(0);

    private bool _isPutOff;

    private TimeSpan Patience => bell.Status switch
    {
        { State: "live", HasSilentPeer: false } when !_isPutOff => s_heartbeat,
        { State: "deaf" } => s_deaf,
        _ => s_inDoubt,
    };

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        bell.Missed += Call;
        try
        {
            while (true)
            {
                var looked = clock.GetTimestamp();
                while (clock.GetElapsedTime(looked) < Patience)
                {
                    if (await _called.WaitAsync(s_deaf, stoppingToken)) break;
                }

                await LookAtAllAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
        finally
        {
            bell.Missed -= Call;
        }
    }

    private void Call()
    {
        if (_called.CurrentCount == 0) _called.Release();
    }

    private async Task LookAtAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var some in feed.Watched.Chunk(MostAtOnce)) await LookAsync(some, cancellationToken);
            _isPutOff = false;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (!_isPutOff) LogPutOff(exception.Message);
            _isPutOff = true;
        }
    }

    private async Task LookAsync(string[] watched, CancellationToken cancellationToken)
    {
        var grown = await database.ReadAsync(
            async (connection, token) =>
            {
                var found = new List<(string Id, long LastSeq)>(watched.Length);
                await using var command = connection.CreateCommand();
                command.CommandText = $"SELECT id, last_seq FROM encounter WHERE id IN ({string.Join(", ", watched.Select((_, i) => $"@id{i}"))})";
                for (var i = 0; i < watched.Length; i++)
                {
                    var parameter = command.CreateParameter();
                    (parameter.ParameterName, parameter.Value) = ($"@id{i}", watched[i]);
                    command.Parameters.Add(parameter);
                }

                await using var row = await command.ExecuteReaderAsync(token);
                while (await row.ReadAsync(token)) found.Add((row.GetString(0), row.GetInt64(1)));
                return found;
            },
            cancellationToken);
        LiveMetrics.Looked();
        foreach (var (id, lastSeq) in grown)
        {
            if (feed.Seen(id, lastSeq)) LiveMetrics.FoundByLooking();
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The logs can't be watched just now: {Reason}")]
    private partial void LogPutOff(string reason);
}
