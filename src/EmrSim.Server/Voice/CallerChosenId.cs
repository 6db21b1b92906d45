using System.Buffers;

namespace EmrSim.Server.Voice;

/// <summary>An id that came from outside and becomes part of a store key.</summary>
public static class CallerChosenId
{
    public const string Rule = "Send a session_id of 1 to 128 letters, digits and . _ ~ @ = + -";

    private const int Longest = 128;

    private static readonly SearchValues<char> s_allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~@=+-");

    public static bool IsUsable(string id) => id.Length is > 0 and <= Longest && !id.AsSpan().ContainsAnyExcept(s_allowed);
}
