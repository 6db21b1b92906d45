using System.Text;

namespace EmrSim.SessionStore.Tiered;

/// <summary>What every kind of server takes as a key, a value and a time to live.</summary>
internal static class KeyRule
{
    private const int LongestKey = 250;
    private const int LargestValue = 1024 * 1024;
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(7);

    public static void Check(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (key.Length > LongestKey || (key.Length > LongestKey / 3 && Encoding.UTF8.GetByteCount(key) > LongestKey))
            throw new ArgumentException($"A key is at most {LongestKey} bytes long.", nameof(key));
        for (var i = 0; i < key.Length; i++)
        {
            var c = key[i];
            if (c <= ' ' || c == 127 || (c > 127 && (char.IsWhiteSpace(c) || char.IsControl(c)))) throw new ArgumentException("A key has no white space and no control characters.", nameof(key));
            if (!char.IsSurrogate(c)) continue;
            // Half of a pair has no UTF-8: one server would refuse it, another mistake it for every other half.
            if (i + 1 == key.Length || !char.IsSurrogatePair(c, key[i + 1])) throw new ArgumentException("A key has no surrogate without its other half.", nameof(key));
            i++;
        }
    }

    public static void Check(string key, int valueLength, TimeSpan timeToLive)
    {
        Check(key);
        if (valueLength > LargestValue) throw new ArgumentException($"A value is at most {LargestValue} bytes long.", nameof(valueLength));
        if (timeToLive <= TimeSpan.Zero || timeToLive > LongestLife) throw new ArgumentOutOfRangeException(nameof(timeToLive), timeToLive, "A time to live is more than zero and at most 7 days.");
    }
}
