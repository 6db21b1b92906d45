using System.Globalization;
using System.Text.Json;
using EmrSim.SessionStore.Migration;
using EmrSim.SessionStore.Tiered;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EmrSim.SessionStore.Fleet;

/// <summary>
/// The running instances, each announcing itself every few seconds in one shared entry, which is changed by compare-and-set.
/// An instance that was killed is left out a little later; one that stops takes itself off.
/// </summary>
public sealed partial class FleetRoll(SessionStoreHost host, Func<IReadOnlyDictionary<string, string>> facts, TimeProvider time, ILogger<FleetRoll> log) : BackgroundService
{
    /// <summary>The key of the shared entry.</summary>
    internal const string Key = "fleet:roll";

    /// <summary>Who said nothing for so long is gone.</summary>
    internal static readonly TimeSpan GoneAfter = TimeSpan.FromSeconds(20);

    /// <summary>How often each tells of itself.</summary>
    internal static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    private const int MostAttempts = 8;
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(1);

    // Longer than clocks may differ, so that one that is ahead does not take all others off.
    private static readonly TimeSpan s_kept = GoneAfter + TimeSpan.FromMilliseconds(StampClock.MostAheadMs);
    private readonly ISessionStore _store = host.Store;
    private readonly string _id = host.Instance.ToString("x8", CultureInfo.InvariantCulture);
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private bool _wasMissed;

    /// <summary>All instances of which something was heard lately, the longest running first.</summary>
    public async ValueTask<IReadOnlyList<FleetMember>> MembersAsync(CancellationToken cancellationToken = default) =>
        await _store.GetAsync(Key, cancellationToken).ConfigureAwait(false) is { } entry ? Read(entry.Value, GoneAfter) : [];

    /// <summary>Tells of this instance now rather than at the next beat.</summary>
    public Task AnnounceAsync(CancellationToken cancellationToken = default) =>
        ChangeAsync(new(_id, _startedAt, time.GetUtcNow(), Facts()), cancellationToken);

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await ChangeAsync(null, cancellationToken).ConfigureAwait(false);
        }
        catch (SessionStoreUnavailableException)
        {
            // The others leave it out in a moment.
        }
    }

    internal static List<FleetMember> Read(ReadOnlyMemory<byte> roll) => JsonSerializer.Deserialize(roll.Span, FleetJson.Default.ListFleetMember) ?? [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Beat, time);
        host.Followed += TryAnnounceAsync;
        try
        {
            do
            {
                await TryAnnounceAsync(stoppingToken).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private List<FleetMember> Read(ReadOnlyMemory<byte> roll, TimeSpan silence)
    {
        var now = time.GetUtcNow();
        return [.. Read(roll).Where(member => now - member.SeenAt < silence).OrderBy(static member => member.StartedAt)];
    }

    private async Task TryAnnounceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await AnnounceAsync(cancellationToken).ConfigureAwait(false);
            _wasMissed = false;
        }
        catch (SessionStoreUnavailableException)
        {
            if (!_wasMissed) LogMissed();
            _wasMissed = true;
        }
    }

    private Dictionary<string, string> Facts()
    {
        var told = new Dictionary<string, string>(facts(), StringComparer.Ordinal);
        if (host.Migration is { } step) told[MigrationMark.Fact] = step;
        return told;
    }

    private async Task ChangeAsync(FleetMember? me, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var entry = await _store.GetAsync(Key, cancellationToken).ConfigureAwait(false);
            List<FleetMember> members = entry is { } found ? Read(found.Value, s_kept) : [];
            members.RemoveAll(member => member.Id == _id);
            if (me is not null) members.Add(me);
            var roll = JsonSerializer.SerializeToUtf8Bytes(members, FleetWriting.Default.ListFleetMember);
            var written = entry is { } standing
                ? await _store.ReplaceAsync(Key, roll, s_life, standing.Stamp, cancellationToken).ConfigureAwait(false)
                : await _store.AddAsync(Key, roll, s_life, cancellationToken).ConfigureAwait(false);
            if (written is not null) return;
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(5, 50)), time, cancellationToken).ConfigureAwait(false);
        }
    }

    [LoggerMessage(131, LogLevel.Warning, "This instance could not announce itself to the others; it goes on trying")]
    private partial void LogMissed();
}
