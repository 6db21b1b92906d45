using System.Globalization;
using EmrSim.Contracts;
using EmrSim.Server.Operations;
using EmrSim.Server.Storage;
using EmrSim.SessionStore;
using EmrSim.SessionStore.Fleet;

namespace EmrSim.Server.Status;

/// <summary>Everything an operator wants to know in one answer, as this instance finds it.</summary>
public sealed class StatusReport(Health health, SessionStoreHost store, FleetRoll fleet, AppDatabase database, RecentEvents events, StatusHistory history)
{
    public async Task<SystemStatus> WriteAsync(CancellationToken cancellationToken)
    {
        var state = await health.ReportAsync();
        var tiers = store.Status;
        return new()
        {
            Status = state.Status,
            Warnings = state.Warnings,
            Instance = store.Instance.ToString("x8", CultureInfo.InvariantCulture),
            Version = BuildVersion.Number,
            Database = database.Location,
            Server = tiers.Server is { } server ? new(server.Connected, server.Url, server.Kind, server.Version, server.Since.ToUnixTimeMilliseconds()) : null,
            Tiers = [.. tiers.Tiers.Select(static tier => new StoreTier(tier.Name, tier.State, tier.HoldsEntries, tier.P95Ms, tier.LastFailure))],
            Instances = await InstancesAsync(cancellationToken),
            Encounters = state.Ok ? await EncountersAsync(cancellationToken) : new Dictionary<string, int>(),
            Events = events.NewestFirst(),
            History = history.Samples,
        };
    }

    private async Task<IReadOnlyList<RunningInstance>> InstancesAsync(CancellationToken cancellationToken)
    {
        try
        {
            return [.. (await fleet.MembersAsync(cancellationToken)).Select(static one => new RunningInstance(one.Id, one.StartedAt.ToUnixTimeMilliseconds(), one.SeenAt.ToUnixTimeMilliseconds(), one.Facts))];
        }
        catch (SessionStoreUnavailableException)
        {
            // The rest of the page matters most just then.
            return [];
        }
    }

    private Task<Dictionary<string, int>> EncountersAsync(CancellationToken cancellationToken) => database.ReadAsync(
        static async (connection, token) =>
        {
            var counts = new Dictionary<string, int>(StringComparer.Ordinal);
            await using var row = await connection.Statement(null, "SELECT state, count(*) FROM encounter GROUP BY state").ExecuteReaderAsync(token);
            while (await row.ReadAsync(token)) counts[row.GetString(0)] = (int)row.GetInt64(1);
            return counts;
        },
        cancellationToken);
}
