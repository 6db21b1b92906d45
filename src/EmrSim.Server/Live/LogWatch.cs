using System.Data.Common;
using EmrSim.Server.Http;
using EmrSim.Server.Storage;

namespace EmrSim.Server.Live;

/// <summary>Looks once a second whether the logs of watched encounters have grown by another instance's hand.</summary>
internal sealed partial class LogWatch(AppDatabase database, LiveFeed feed, TimeProvider clock, ILogger<LogWatch> log) : BackgroundService
{
    private const int MostAtOnce = 500;
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_between, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await LookAtAllAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task LookAtAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var some in feed.Watched.Chunk(MostAtOnce)) await LookAsync(some, cancellationToken);
        }
        catch (Exception exception) when (exception is ApiErrorException or DbException)
        {
            LogPutOff(exception.Message);
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
        foreach (var (id, lastSeq) in grown) feed.Seen(id, lastSeq);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The logs can't be watched just now: {Reason}")]
    private partial void LogPutOff(string reason);
}
