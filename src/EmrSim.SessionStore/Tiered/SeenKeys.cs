namespace EmrSim.SessionStore.Tiered;

/// <summary>
/// Guesses whether a key is on the server, from what went by lately: a fixed table of hashes, never locked. A wrong guess costs
/// a round trip and nothing else.
/// </summary>
internal sealed class SeenKeys
{
    private const int Places = 16 * 1024;
    private readonly int[] _places = new int[Places];

    public void Note(string key)
    {
        var hash = key.GetHashCode(StringComparison.Ordinal);
        Volatile.Write(ref _places[hash & (Places - 1)], hash);
    }

    public bool Contains(string key)
    {
        var hash = key.GetHashCode(StringComparison.Ordinal);
        return Volatile.Read(ref _places[hash & (Places - 1)]) == hash;
    }
}
