using System.Net;
using System.Security.Cryptography;
using System.Text;
using EmrSim.Server.Settings;

namespace EmrSim.Server.Http;

/// <summary>
/// Who may see what students must not: whoever sends the teacher key, or, while no key is set and the server listens on
/// loopback only, whoever sits at this machine.
/// </summary>
public static class TeacherGate
{
    public static bool IsTeacher(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var settings = context.RequestServices.GetRequiredService<ServerSettings>();
        if (settings.Access.TeacherKey is { } key) return IsKey(context.Request.Headers["X-Teacher-Key"], key) || IsKey(Bearer(context.Request.Headers.Authorization), key);
        var cameThroughProxy = context.Request.Headers.ContainsKey("X-Forwarded-For") || context.Request.Headers.ContainsKey("Forwarded");
        return !cameThroughProxy && settings.Listen.IsLoopback && context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address);
    }

    private static string? Bearer(string? authorization) =>
        authorization?.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) == true ? authorization[7..].Trim() : null;

    /// <summary>Compares hashes, so that neither the length nor the first wrong character shows in the time taken.</summary>
    private static bool IsKey(string? given, string key) =>
        !string.IsNullOrEmpty(given) && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
