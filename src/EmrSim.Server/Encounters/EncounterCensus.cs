using System.Data.Common;
using EmrSim.Server.Http;
using EmrSim.Server.Storage;

namespace EmrSim.Server.Encounters;

/// <summary>Counts, every few seconds, the encounters of the fleet that are not over. Those that are over are many, and not looked at.</summary>
internal sealed class EncounterCensus(AppDatabase database, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(10);
    private static readonly EncounterState[] s_open = [EncounterState.Active, EncounterState.Ending, EncounterState.Draining];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_between, clock);
        try
        {
            do
            {
                try
                {
                    EncounterMetrics.Counted(await CountAsync(stoppingToken));
                }
                catch (Exception away) when (away is ApiErrorException or DbException)
                {
                    // The last count stands; that the database is away is told by others.
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private Task<Dictionary<EncounterState, long>> CountAsync(CancellationToken cancellationToken) => database.ReadAsync(
        static async (connection, token) =>
        {
            var counted = s_open.ToDictionary(static state => state, static _ => 0L);
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT state, count(*) FROM encounter WHERE state IN ('active', 'ending', 'draining') GROUP BY state";
            await using var row = await command.ExecuteReaderAsync(token);
            while (await row.ReadAsync(token))
            {
                var name = row.GetString(0);
                counted[s_open.First(state => EncounterStates.Name(state) == name)] = row.GetInt64(1);
            }

            return counted;
        },
        cancellationToken);
}
