using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace EmrSim.SessionStore;

/// <summary>
/// The address of a session store's server: <c>redis://[user:password@]host[:port][/db]</c>, <c>rediss://</c> for TLS;
/// <c>valkey</c> and <c>keydb</c> are other names of <c>redis</c>. User and password are percent-encoded (RFC 3986).
/// </summary>
public sealed record StoreUrl
{
    private const int RedisPort = 6379;
    private const int TlsPort = 6380;

    private StoreUrl() { }

    /// <summary>The host's name or address.</summary>
    public required string Host { get; init; }

    /// <summary>The port; 6379, or 6380 with TLS, when none was named.</summary>
    public required int Port { get; init; }

    /// <summary>Whether the connection is encrypted.</summary>
    public required bool IsTls { get; init; }

    /// <summary>The ACL user, or null for the default one.</summary>
    public string? User { get; init; }

    /// <summary>The password, or null.</summary>
    public string? Password { get; init; }

    /// <summary>The database number.</summary>
    public int Database { get; init; }

    /// <summary>A file with the certificate authority to trust beside the system's own (query <c>ca</c>), or null.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>The address with its secrets hidden, fit for logs and pages.</summary>
    public string Masked => string.Create(
        CultureInfo.InvariantCulture,
        $"{(IsTls ? "rediss" : "redis")}://{(User is null && Password is null ? "" : $"{User}{(Password is null ? "" : ":***")}@")}{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}/{Database}");

    /// <inheritdoc/>
    public override string ToString() => Masked;

    /// <summary>Reads an address that was read before.</summary>
    /// <exception cref="FormatException">It can't be read; the message says why and holds no secret.</exception>
    public static StoreUrl Parse(string text) => TryParse(text, out var url, out var problem) ? url : throw new FormatException(problem);

    /// <summary>Reads an address; <paramref name="problem"/> is one line that says what to write instead and holds no secret.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out StoreUrl? url, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        url = null;
        problem = null;
        var trimmed = text.Trim();
        var end = trimmed.IndexOf("://", StringComparison.Ordinal);
        var scheme = end < 0 ? "" : trimmed[..end].ToLowerInvariant();
        bool tls;
        switch (scheme)
        {
            case "redis" or "valkey" or "keydb":
                tls = false;
                break;
            case "rediss" or "valkeys":
                tls = true;
                break;
            case "redis+sentinel" or "redis+cluster" or "memcached":
                problem = $"{scheme}:// is not supported by this version: use redis:// or rediss://.";
                return false;
            default:
                problem = "It must start with redis:// or rediss:// (redis://[user:password@]host[:port][/db]).";
                return false;
        }

        if (!Uri.TryCreate("redis" + trimmed[end..], UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.Port == 0 || uri.Fragment.Length > 0)
        {
            problem = "It can't be read: write redis://[user:password@]host[:port][/db], with user and password percent-encoded.";
            return false;
        }

        if (!TryDatabase(uri.AbsolutePath, out var database))
        {
            problem = "The part after the last / must be a database number, as in redis://host:6379/0.";
            return false;
        }

        if (!TryAuthority(uri.Query, out var authority))
        {
            problem = "The only option after ? is ca=/path/to/authority.pem.";
            return false;
        }

        var (user, password) = Credentials(uri.UserInfo);
        url = new StoreUrl
        {
            Host = uri.HostNameType == UriHostNameType.IPv6 ? IPAddress.Parse(uri.Host).ToString() : uri.Host,
            Port = uri.Port > 0 ? uri.Port : tls ? TlsPort : RedisPort,
            IsTls = tls,
            User = user,
            Password = password,
            Database = database,
            AuthorityFile = authority,
        };
        return true;
    }

    private static (string? User, string? Password) Credentials(string info)
    {
        if (info.Length == 0) return (null, null);
        var colon = info.IndexOf(':', StringComparison.Ordinal);
        var user = Uri.UnescapeDataString(colon < 0 ? info : info[..colon]);
        var password = colon < 0 ? null : Uri.UnescapeDataString(info[(colon + 1)..]);
        return (user.Length == 0 ? null : user, string.IsNullOrEmpty(password) ? null : password);
    }

    private static bool TryDatabase(string path, out int database)
    {
        database = 0;
        var number = path.Trim('/');
        return number.Length == 0 || (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out database) && database < 1024);
    }

    private static bool TryAuthority(string query, out string? file)
    {
        file = null;
        if (query.Length <= 1) return true;
        if (!query.StartsWith("?ca=", StringComparison.Ordinal) || query.Contains('&', StringComparison.Ordinal)) return false;
        file = Uri.UnescapeDataString(query[4..]);
        return file.Length > 0;
    }
}
