namespace EmrSim.SessionStore.Tiered;

/// <summary>A tier can't serve, and why in a word or two that is safe to show.</summary>
internal sealed class TierUnavailableException(string cause) : Exception(cause);

/// <summary>One server of several that make a tier is away: its keys are served by the next tier, the other keys as ever.</summary>
internal sealed class PartAwayException(string server, bool mayYetHappen = false) : Exception($"{server} is away")
{
    /// <summary>Whether it was asked before it went, and may have done it.</summary>
    public bool MayYetHappen => mayYetHappen;
}

/// <summary>The tier serves, but does not take this entry, as one that is larger than its largest.</summary>
internal sealed class EntryRefusedException(string cause) : Exception(cause);
