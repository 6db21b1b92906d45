namespace EmrSim.SessionStore.Tiered;

/// <summary>A tier can't serve, and why in a word or two that is safe to show.</summary>
internal sealed class TierUnavailableException(string cause) : Exception(cause);
