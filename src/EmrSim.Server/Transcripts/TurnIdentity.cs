using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace EmrSim.Server.Transcripts;

/// <summary>The item id of an utterance that came without one.</summary>
public static partial class TurnIdentity
{
    private const int LongestGiven = 200;

    /// <summary>A posted turn is the same as another by the contract's fingerprint (its section 5.1).</summary>
    public static string OfPosted(string encounterId, string role, string channel, long? time, string text) =>
        $"fp-{Hash($"v1|{encounterId}|{role}|{channel}|{time ?? 0}|{Spaces().Replace(text, " ")}")}";

    /// <summary>A relayed one is a turn of its own unless role, time and text are all the same; without any time nothing can be the same.</summary>
    public static string OfRelayed(string role, long? time, string text) => time is { } known
        ? $"rl-{Hash(string.Create(CultureInfo.InvariantCulture, $"{role}|{known}|{text}"))}"
        : $"rl-{Guid.NewGuid():N}";

    /// <summary>An id as given, or a digest of it when it is too long or holds what a database can't keep.</summary>
    public static string? OfGiven(string? id)
    {
        if (string.IsNullOrWhiteSpace(id)) return null;
        return id.Length <= LongestGiven && !id.Any(char.IsControl) ? id : $"id-{Hash(id)}";
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
