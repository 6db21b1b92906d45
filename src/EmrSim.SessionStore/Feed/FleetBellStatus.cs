namespace EmrSim.SessionStore.Feed;

/// <summary>What the bell says of itself, for health pages; read without waiting, and free of secrets.</summary>
/// <param name="State">alone (no line), live (the first line is believed), fallback (only a later one is) or deaf (none is).</param>
/// <param name="Lines">The lines in the order in which they are used.</param>
/// <param name="Peers">How many other instances have just been heard.</param>
public sealed record FleetBellStatus(string State, IReadOnlyList<BellLineStatus> Lines, int Peers)
{
    /// <summary>Whether another instance, heard within the last two minutes, has fallen silent without saying goodbye.</summary>
    public bool HasSilentPeer { get; init; }

    /// <summary>Whether a line that should carry rings is not believed.</summary>
    public bool IsInDoubt => State is "fallback" or "deaf";
}

/// <summary>One line of the bell.</summary>
/// <param name="Name">redis or postgresql.</param>
/// <param name="Believed">Whether its echo comes back.</param>
/// <param name="EchoMs">How long the newest echo took, in milliseconds.</param>
/// <param name="Problem">Why it can't be used just now, or null.</param>
/// <param name="Since">Since when it is believed or not.</param>
public sealed record BellLineStatus(string Name, bool Believed, double EchoMs, string? Problem, DateTimeOffset Since);

/// <summary>Another instance has rung.</summary>
/// <param name="Topic">What about.</param>
/// <param name="Payload">What it said; valid only while this is told.</param>
/// <param name="SentMs">When it rang, in unix milliseconds of its own clock.</param>
/// <param name="IsLate">Whether a later ring of that instance was told before, so that what only counts at its time is over.</param>
public readonly record struct BellRing(string Topic, ReadOnlyMemory<byte> Payload, long SentMs, bool IsLate);
