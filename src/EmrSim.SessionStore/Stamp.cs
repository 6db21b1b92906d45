namespace EmrSim.SessionStore;

/// <summary>
/// The version of an entry: a hybrid logical clock (Kulkarni et al., 2014). Stamps are totally ordered; the newer one wins.
/// </summary>
/// <param name="UnixMs">Milliseconds since 1970, never behind any stamp that its instance has seen.</param>
/// <param name="Counter">Orders stamps of the same millisecond: the part of it that had passed, and how many stamps were given since.</param>
/// <param name="Instance">The instance that gave it, so that no two are equal.</param>
public readonly record struct Stamp(long UnixMs, uint Counter, uint Instance) : IComparable<Stamp>
{
    /// <inheritdoc/>
    public int CompareTo(Stamp other)
    {
        var order = UnixMs.CompareTo(other.UnixMs);
        if (order == 0) order = Counter.CompareTo(other.Counter);
        return order == 0 ? Instance.CompareTo(other.Instance) : order;
    }

    /// <summary>Whether the left one is older.</summary>
    public static bool operator <(Stamp left, Stamp right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left one is newer.</summary>
    public static bool operator >(Stamp left, Stamp right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left one is not newer.</summary>
    public static bool operator <=(Stamp left, Stamp right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left one is not older.</summary>
    public static bool operator >=(Stamp left, Stamp right) => left.CompareTo(right) >= 0;
}
