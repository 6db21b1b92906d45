using EmrSim.SessionStore.Fleet;
using EmrSim.SessionStore.Tiered;

namespace EmrSim.SessionStore.Migration;

/// <summary>
/// Who is on the roll, as seen by the one who leads a move: whoever goes on telling of itself is there, whatever the clocks say.
/// One that was heard stays for a while although it is missing, since the roll may be put in the place of another.
/// </summary>
internal sealed class RollCall(TimeProvider time)
{
    private readonly Dictionary<(string Id, IStoreTier Server), Heard> _heard = [];

    /// <summary>Each running instance where it told of itself last; of two equal ones the later server's counts.</summary>
    public async Task<IReadOnlyList<Present>> PresentAsync(IReadOnlyList<IStoreTier> servers, CancellationToken cancellationToken)
    {
        foreach (var server in servers)
        {
            if (await server.GetAsync(FleetRoll.Key, cancellationToken).ConfigureAwait(false) is not { Kind: EntryKind.Value } roll) continue;
            foreach (var member in FleetRoll.Read(roll.Value))
            {
                if (_heard.TryGetValue((member.Id, server), out var before) && before.Member.SeenAt == member.SeenAt) continue;
                _heard[(member.Id, server)] = new(member, time.GetTimestamp());
            }
        }

        return
        [.. _heard
            .Where(pair => servers.Contains(pair.Key.Server))
            .GroupBy(static pair => pair.Key.Id)
            .Where(told => told.Any(pair => time.GetElapsedTime(pair.Value.At) < FleetRoll.GoneAfter))
            .Select(told => told.MaxBy(pair => (pair.Value.Member.SeenAt, servers.Index().First(server => server.Item == pair.Key.Server).Index)))
            .Select(static newest => new Present(newest.Key.Id, newest.Key.Server, newest.Value.Member.Facts.GetValueOrDefault(MigrationMark.Fact, "")))];
    }

    /// <summary>A running instance.</summary>
    /// <param name="Id">Its own.</param>
    /// <param name="Server">Where it told of itself last.</param>
    /// <param name="Fact">How far it said to be: <c>id:phase:round:missed</c>, or nothing without a move.</param>
    internal readonly record struct Present(string Id, IStoreTier Server, string Fact);

    private readonly record struct Heard(FleetMember Member, long At);
}
