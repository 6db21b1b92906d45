namespace EmrSim.SessionStore.Redis;

/// <summary>
/// Decides from the sentinels' answers which is the primary. Each failover has a number that only a majority of the sentinels can
/// give out, so that the highest number is right whoever tells it, and who tells a lower one has not heard yet: an old primary that
/// returns is never gone back to. A lower number counts only when a majority stays with it, as after an operator's SENTINEL RESET.
/// </summary>
internal sealed class SentinelVote(TimeProvider time)
{
    internal static readonly TimeSpan BelievesOlderAfter = TimeSpan.FromSeconds(10);
    private KnownPrimary? _older;
    private long _olderSince;

    /// <summary>The primary from now on, which may be the one that is known, or null while none is.</summary>
    public KnownPrimary? Decide(KnownPrimary? known, IReadOnlyList<SentinelAnswer> answers)
    {
        var told = answers.Where(static answer => answer.Word == SentinelWord.Told).ToList();
        if (told.Count == 0) return known;
        var epoch = told.Max(static answer => answer.Epoch);
        var newest = told.Where(answer => answer.Epoch == epoch).Select(static answer => answer.Primary).Distinct().ToList();
        // In the middle of a failover one of them may tell the new number with the old address.
        if (newest.Count > 1) return known;
        var candidate = new KnownPrimary(newest[0], epoch);
        if (known is null) return HasMajority(told.Count, answers.Count) ? candidate : null;
        if (epoch > known.Epoch || candidate == known)
        {
            _older = null;
            return candidate;
        }

        return IsBelieved(candidate, told.Count(answer => answer.Primary == candidate.Endpoint), answers.Count) ? candidate : known;
    }

    public static bool HasMajority(int some, int all) => some > all / 2;

    private bool IsBelieved(KnownPrimary older, int some, int all)
    {
        if (!HasMajority(some, all))
        {
            _older = null;
            return false;
        }

        if (_older != older) (_older, _olderSince) = (older, time.GetTimestamp());
        return time.GetElapsedTime(_olderSince) >= BelievesOlderAfter;
    }
}
