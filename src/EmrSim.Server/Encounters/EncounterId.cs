using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace EmrSim.Server.Encounters;

/// <summary>128 random bits, URL-safe. Whatever else is asked for is simply unknown and never reaches the database.</summary>
public static class EncounterId
{
    private static readonly SearchValues<char> s_allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    public static string New() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));

    public static bool IsWellFormed(string? id) => id is { Length: 22 } && !id.AsSpan().ContainsAnyExcept(s_allowed);
}
