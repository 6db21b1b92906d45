using System.Text.Json;
using System.Text.Json.Serialization;
using EmrSim.SessionStore.Tiered;

namespace EmrSim.SessionStore.Migration;

/// <summary>What the old server says of the move that is under way; every instance reads it each second.</summary>
/// <param name="Id">Tells one move from another.</param>
/// <param name="Phase">How far it is to be.</param>
/// <param name="Round">Counts the copies: what was missed before a copy does not count.</param>
/// <param name="Target">The address of the new server, sealed.</param>
internal sealed record MigrationMark(string Id, MigrationPhase Phase, int Round, string Target)
{
    public const string Key = "fleet:migration";

    /// <summary>The name under which an instance tells in the roll how far it is.</summary>
    public const string Fact = "migration";

    private static readonly TimeSpan s_life = KeyRule.LongestLife;

    public static async ValueTask<MigrationMark?> ReadAsync(IStoreTier old, CancellationToken cancellationToken) =>
        await old.GetAsync(Key, cancellationToken).ConfigureAwait(false) is { Kind: EntryKind.Value } found ? JsonSerializer.Deserialize(found.Value.Span, MarkJson.Default.MigrationMark) : null;

    public async ValueTask WriteAsync(IStoreTier old, StampClock clock, CancellationToken cancellationToken)
    {
        var envelope = new Envelope(EntryKind.Value, clock.Next(), clock.NowMs + (long)s_life.TotalMilliseconds, JsonSerializer.SerializeToUtf8Bytes(this, MarkJson.Default.MigrationMark));
        var write = await old.SetAsync(Key, envelope, cancellationToken).ConfigureAwait(false);
        if (write.Newer is { } newer) await old.SetAsync(Key, envelope with { Stamp = clock.After(newer) }, cancellationToken).ConfigureAwait(false);
    }

    public static async ValueTask RemoveAsync(IStoreTier old, StampClock clock, CancellationToken cancellationToken)
    {
        var tombstone = new Envelope(EntryKind.Tombstone, clock.Next(), clock.NowMs + 60_000, default);
        var removal = await old.RemoveAsync(Key, tombstone, cancellationToken).ConfigureAwait(false);
        if (removal.Newer is { } newer) await old.RemoveAsync(Key, tombstone with { Stamp = clock.After(newer) }, cancellationToken).ConfigureAwait(false);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(MigrationMark))]
internal sealed partial class MarkJson : JsonSerializerContext;
