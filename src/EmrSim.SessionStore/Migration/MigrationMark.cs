using System.Text.Json;
using System.Text.Json.Serialization;
using EmrSim.SessionStore.Tiered;

namespace EmrSim.SessionStore.Migration;

/// <summary>What the old server says of the move that is under way; every instance reads it each second.</summary>
/// <param name="Id">Tells one move from another.</param>
/// <param name="Phase">How far it is to be; steady before it begins, and when it was aborted.</param>
/// <param name="Round">Counts the copies: what was missed before a copy does not count.</param>
/// <param name="Target">The address of the new server, sealed.</param>
internal sealed record MigrationMark(string Id, MigrationPhase Phase, int Round, string Target)
{
    public const string Key = "fleet:migration";

    /// <summary>The name under which an instance tells in the roll how far it is.</summary>
    public const string Fact = "migration";

    private static readonly TimeSpan s_life = KeyRule.LongestLife;

    public static async ValueTask<MigrationMark?> ReadAsync(IStoreTier old, CancellationToken cancellationToken) =>
        await old.GetAsync(Key, cancellationToken).ConfigureAwait(false) is { } found ? Of(found) : null;

    public static MigrationMark? Of(Envelope found) => found.Kind == EntryKind.Value ? JsonSerializer.Deserialize(found.Value.Span, MarkJson.Default.MigrationMark) : null;

    public Envelope Seal(Stamp stamp, long nowMs) =>
        new(EntryKind.Value, stamp, nowMs + (long)s_life.TotalMilliseconds, JsonSerializer.SerializeToUtf8Bytes(this, MarkJson.Default.MigrationMark));

    /// <summary>Forgets where a fleet once moved to from there, for it comes back.</summary>
    public static async ValueTask RemoveAsync(IStoreTier server, StampClock clock, CancellationToken cancellationToken)
    {
        var tombstone = new Envelope(EntryKind.Tombstone, clock.Next(), clock.NowMs + (long)MoveUp.TombstoneLife.TotalMilliseconds, default);
        var removal = await server.RemoveAsync(Key, tombstone, cancellationToken).ConfigureAwait(false);
        if (removal.Newer is { } newer) await server.RemoveAsync(Key, tombstone with { Stamp = clock.After(newer) }, cancellationToken).ConfigureAwait(false);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(MigrationMark))]
internal sealed partial class MarkJson : JsonSerializerContext;
