namespace EmrSim.SessionStore.Redis;

internal enum SentinelWord
{
    Silent,
    Told,
    UnknownName,
    Refused,
    Distrusted,
    Forbidden,
    NoSentinel,
}

/// <summary>What one sentinel says, if it says anything.</summary>
/// <param name="Word">Whether it told, or why not.</param>
/// <param name="Primary">Whom it takes for the primary.</param>
/// <param name="Epoch">The number of the failover by which that became the primary.</param>
/// <param name="Problem">What to change so that it can be believed.</param>
internal readonly record struct SentinelAnswer(SentinelWord Word, StoreEndpoint Primary = default, long Epoch = 0, string? Problem = null);

/// <summary>The primary by the word of the sentinels.</summary>
internal sealed record KnownPrimary(StoreEndpoint Endpoint, long Epoch);
