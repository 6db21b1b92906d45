using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace EmrSim.SessionStore;

/// <summary>
/// The address of a session store's server: <c>redis://[user:password@]host[:port][/db]</c>;
/// <c>redis+sentinel://[user:password@]sentinel1,sentinel2/primaryName[/db][?sentinelPassword=…]</c>;
/// <c>redis+cluster://[user:password@]host1,host2</c>; <c>memcached://[user:password@]host1,host2</c>. With <c>rediss</c> for TLS; <c>valkey</c> and <c>keydb</c> are other names of
/// <c>redis</c>. User and passwords are percent-encoded (RFC 3986).
/// </summary>
public sealed record StoreUrl
{
    internal StoreUrl() { }

    /// <summary>How the servers stand to each other.</summary>
    public StoreServerKind Kind { get; init; }

    /// <summary>The servers that were named: one, the sentinels, or some nodes of the cluster.</summary>
    public required IReadOnlyList<StoreEndpoint> Endpoints { get; init; }

    /// <summary>The first one's name or address.</summary>
    public string Host => Endpoints[0].Host;

    /// <summary>The first one's port; 6379, 6380 with TLS, 26379 for a sentinel, 11211 for memcached, when none was named.</summary>
    public int Port => Endpoints[0].Port;

    /// <summary>Whether the connections are encrypted, those to sentinels too.</summary>
    public required bool IsTls { get; init; }

    /// <summary>The ACL user, or null for the default one.</summary>
    public string? User { get; init; }

    /// <summary>The password, or null.</summary>
    public string? Password { get; init; }

    /// <summary>The database number.</summary>
    public int Database { get; init; }

    /// <summary>By which name the sentinels know the primary; null without sentinels.</summary>
    public string? PrimaryName { get; init; }

    /// <summary>The ACL user of the sentinels themselves (query <c>sentinelUser</c>), or null.</summary>
    public string? SentinelUser { get; init; }

    /// <summary>The password of the sentinels themselves (query <c>sentinelPassword</c>), or null for none.</summary>
    public string? SentinelPassword { get; init; }

    /// <summary>A file with the certificate authority to trust beside the system's own (query <c>ca</c>), or null.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>The name that every server's certificate carries, where they are reached by addresses (query <c>tlsName</c>), or null.</summary>
    public string? CertificateName { get; init; }

    /// <summary>What the address was set by, which errors name.</summary>
    public string Setting { get; init; } = "SESSION_STORE_URL";

    /// <summary>What the password was set by when it is not in the address, or null.</summary>
    public string? PasswordSetting { get; init; }

    /// <summary>The address with its secrets hidden, fit for logs and pages.</summary>
    public string Masked => Write("***");

    /// <inheritdoc/>
    public bool Equals(StoreUrl? other) => other is not null && Whole == other.Whole;

    /// <inheritdoc/>
    public override int GetHashCode() => Whole.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Masked;

    /// <summary>Reads an address that was read before.</summary>
    /// <exception cref="FormatException">It can't be read; the message says why and holds no secret.</exception>
    public static StoreUrl Parse(string text) => TryParse(text, out var url, out var problem) ? url : throw new FormatException(problem);

    /// <summary>Reads an address; <paramref name="problem"/> is one line that says what to write instead and holds no secret.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out StoreUrl? url, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            (url, problem) = (StoreUrlReader.Read(text.Trim()), null);
            return true;
        }
        catch (FormatException wrong)
        {
            (url, problem) = (null, wrong.Message);
            return false;
        }
    }

    // Not to be shown to anyone.
    private string Whole => $"{Write(null)} {User} {Password} {SentinelPassword} {AuthorityFile} {CertificateName}";

    private string Write(string? secret)
    {
        var scheme = Kind == StoreServerKind.Memcached ? "memcached" : $"{(IsTls ? "rediss" : "redis")}{Kind switch { StoreServerKind.Sentinel => "+sentinel", StoreServerKind.Cluster => "+cluster", _ => "" }}";
        // A name alone is most often a password whose colon was forgotten.
        var entry = User is null && Password is null ? "" : $"{(Password is null ? secret ?? User : User)}{(Password is null ? "" : ":" + secret)}@";
        var path = Kind == StoreServerKind.Sentinel ? $"/{PrimaryName}/" : "/";
        if (Kind == StoreServerKind.Memcached) return $"{scheme}://{entry}{string.Join(',', Endpoints)}";
        string[] sentinel = [.. SentinelUser is null ? [] : (string[])[$"sentinelUser={SentinelUser}"], .. SentinelPassword is null ? [] : (string[])[$"sentinelPassword={secret}"]];
        return string.Create(CultureInfo.InvariantCulture, $"{scheme}://{entry}{string.Join(',', Endpoints)}{path}{Database}{(sentinel.Length == 0 ? "" : "?")}{string.Join('&', sentinel)}");
    }
}
