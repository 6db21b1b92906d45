using System.Data.Common;
using EmrSim.Server.Http;
using EmrSim.Server.Storage;
using EmrSim.SessionStore.Leases;

namespace EmrSim.Server.Encounters;

/// <summary>
/// Finishes encounters whose instance died while ending them, and closes those that everyone has left. One instance does it at a time,
/// to spare the database; where two hold the lease, neither harms the other, since each step is conditional under the row's lock.
/// </summary>
internal sealed partial class EncounterSweeper(AppDatabase database, EncounterEnd end, FleetLeases leases, TimeProvider clock, ILogger<EncounterSweeper> log) : BackgroundService
{
    public static readonly TimeSpan LongestIdle = TimeSpan.FromHours(24);
    private static readonly TimeSpan s_stuck = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(6);
    private const int MostAtOnce = 100;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => leases.HoldAsync("encounter-sweeper", s_lease, SweepOnAsync, stoppingToken);

    private async Task SweepOnAsync(Lease held, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_between, clock);
        do await TrySweepAsync(cancellationToken);
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private async Task TrySweepAsync(CancellationToken cancellationToken)
    {
        try
        {
            await SweepAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is ApiErrorException or DbException)
        {
            LogPutOff(exception.Message);
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        foreach (var (id, _, _) in await FindAsync("state IN ('ending', 'draining') AND ended_at < @before", now - s_stuck, cancellationToken))
        {
            await end.EndAsync(id, cancellationToken);
            LogFinished();
        }

        foreach (var (id, version, lastSeq) in await FindAsync("state = 'active' AND touched_at < @before", now - LongestIdle, cancellationToken))
        {
            if (await end.AbandonAsync(id, version, lastSeq, cancellationToken)) LogAbandoned();
        }
    }

    private Task<List<(string Id, long Version, long LastSeq)>> FindAsync(string condition, DateTimeOffset before, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, token) =>
        {
            var found = new List<(string, long, long)>();
            await using var row = await connection
                .Statement(null, $"SELECT id, version, last_seq FROM encounter WHERE {condition} LIMIT {MostAtOnce}", ("@before", before.ToUnixTimeMilliseconds()))
                .ExecuteReaderAsync(token);
            while (await row.ReadAsync(token)) found.Add((row.GetString(0), row.GetInt64(1), row.GetInt64(2)));
            return found;
        },
        cancellationToken);

    [LoggerMessage(Level = LogLevel.Information, Message = "Encounter finished that was left while ending")]
    private partial void LogFinished();

    [LoggerMessage(Level = LogLevel.Information, Message = "Encounter abandoned that nobody has touched for a day")]
    private partial void LogAbandoned();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Encounters can't be swept just now: {Reason}")]
    private partial void LogPutOff(string reason);
}
