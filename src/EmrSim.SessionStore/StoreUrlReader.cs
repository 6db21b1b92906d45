using System.Globalization;
using System.Net;

namespace EmrSim.SessionStore;

/// <summary>Reads addresses, several hosts included, which <see cref="Uri"/> can't. What is wrong is a <see cref="FormatException"/> without secrets.</summary>
internal static class StoreUrlReader
{
    private const int RedisPort = 6379;
    private const int TlsPort = 6380;
    private const int SentinelPort = 26379;
    private const int MostDatabase = 1023;
    private const string Encode = "In user and password write @ as %40, : as %3A, / as %2F, ? as %3F, # as %23 and % as %25.";
    private static readonly string[] s_forms =
    [
        "redis://[user:password@]host[:port][/db]",
        "redis+sentinel://[user:password@]sentinel1:26379,sentinel2:26379/primaryName[/db]",
        "redis+cluster://[user:password@]host1,host2",
    ];

    public static StoreUrl Read(string text)
    {
        var end = text.IndexOf("://", StringComparison.Ordinal);
        var (kind, isTls) = Scheme(end < 0 ? "" : text[..end].ToLowerInvariant());
        var rest = text[(end + 3)..];
        if (rest.Contains('#', StringComparison.Ordinal)) throw new FormatException($"A # ends the address. {Encode}");
        var (before, query) = Cut(rest, '?');
        var (authority, path) = Cut(before, '/');
        var at = authority.LastIndexOf('@');
        var entry = at < 0 ? "" : authority[..at];
        if (entry.Contains('@', StringComparison.Ordinal) || path.Contains('@', StringComparison.Ordinal) || query.Contains('@', StringComparison.Ordinal)) throw new FormatException($"The @ can't be told from the one before the host. {Encode}");
        var (user, password) = Cut(entry, ':');
        var url = new StoreUrl
        {
            Kind = kind,
            Endpoints = Endpoints(authority[(at + 1)..], kind, isTls),
            IsTls = isTls,
            User = Decode(user),
            Password = Decode(password),
        };
        return WithOptions(WithPath(url, path), query);
    }

    private static (StoreServerKind Kind, bool IsTls) Scheme(string scheme) => scheme switch
    {
        "redis" or "valkey" or "keydb" => (StoreServerKind.StandAlone, false),
        "rediss" or "valkeys" or "keydbs" => (StoreServerKind.StandAlone, true),
        "redis+sentinel" or "valkey+sentinel" or "keydb+sentinel" => (StoreServerKind.Sentinel, false),
        "rediss+sentinel" or "valkeys+sentinel" or "keydbs+sentinel" => (StoreServerKind.Sentinel, true),
        "redis+cluster" or "valkey+cluster" or "keydb+cluster" => (StoreServerKind.Cluster, false),
        "rediss+cluster" or "valkeys+cluster" or "keydbs+cluster" => (StoreServerKind.Cluster, true),
        "memcached" => throw new FormatException("memcached:// is not supported by this version: use redis:// or rediss://."),
        _ => throw new FormatException($"It must be one of {string.Join(" · ", s_forms)}; rediss instead of redis for TLS."),
    };

    private static (string Before, string After) Cut(string text, char at)
    {
        var index = text.IndexOf(at, StringComparison.Ordinal);
        return index < 0 ? (text, "") : (text[..index], text[(index + 1)..]);
    }

    // A % that begins no code is most likely meant as itself, and would change the password silently.
    private static string? Decode(string text)
    {
        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
        {
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2])) throw new FormatException($"A % is not followed by two hexadecimal digits. {Encode}");
        }

        return text.Length == 0 ? null : Uri.UnescapeDataString(text);
    }

    private static StoreEndpoint[] Endpoints(string list, StoreServerKind kind, bool isTls)
    {
        var port = kind == StoreServerKind.Sentinel ? SentinelPort : isTls ? TlsPort : RedisPort;
        var endpoints = list.Split(',', StringSplitOptions.TrimEntries).Select(host => Endpoint(host, port, kind)).Distinct().ToArray();
        if (kind == StoreServerKind.StandAlone && endpoints.Length > 1) throw new FormatException($"Several hosts are for {s_forms[1]} and {s_forms[2]}; redis:// has one.");
        return endpoints;
    }

    private static StoreEndpoint Endpoint(string text, int port, StoreServerKind kind)
    {
        var colon = text.LastIndexOf(':');
        var hasPort = colon >= 0 && colon > text.LastIndexOf(']');
        var host = hasPort ? text[..colon] : text;
        if (hasPort && (!int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > ushort.MaxValue)) throw Wrong(kind, "The port after the host must be a number from 1 to 65535.");
        if (host.Length == 0) throw Wrong(kind, "A host is missing.");
        var isBracketed = host.StartsWith('[') && host.EndsWith(']');
        if (isBracketed && IPAddress.TryParse(host[1..^1], out var address)) return new(address.ToString(), port);
        return !isBracketed && Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4 ? new(host.ToLowerInvariant(), port) : throw Wrong(kind, "A host can't be read.");
    }

    private static StoreUrl WithPath(StoreUrl url, string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        string? name = null;
        if (url.Kind == StoreServerKind.Sentinel)
        {
            // A number in the name's place is a forgotten name.
            if (parts.Length == 0 || (parts.Length == 1 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out _))) throw Wrong(url.Kind, "The name of the primary, as in 'sentinel monitor NAME', is missing.");
            (name, parts) = (Decode(parts[0]), parts[1..]);
        }

        var database = 0;
        if (parts.Length > 1 || (parts.Length == 1 && (!int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out database) || database > MostDatabase)))
            throw Wrong(url.Kind, url.Kind == StoreServerKind.Sentinel ? "The part after the primary's name must be a database number." : "The part after the last / must be a database number, as in redis://host:6379/0.");
        if (url.Kind == StoreServerKind.Cluster && database != 0) throw Wrong(url.Kind, "A cluster has database 0 only.");
        return url with { PrimaryName = name, Database = database };
    }

    private static StoreUrl WithOptions(StoreUrl url, string query)
    {
        foreach (var option in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, text) = Cut(option, '=');
            var value = Decode(text) ?? throw Options(url);
            url = name switch
            {
                "ca" when url.IsTls => url with { AuthorityFile = value },
                "tlsName" when url.IsTls => url with { CertificateName = value },
                "sentinelUser" when url.Kind == StoreServerKind.Sentinel => url with { SentinelUser = value },
                "sentinelPassword" when url.Kind == StoreServerKind.Sentinel => url with { SentinelPassword = value },
                _ => throw Options(url),
            };
        }

        return url;
    }

    private static FormatException Options(StoreUrl url) => new(
        $"The options after ? are{(url.Kind == StoreServerKind.Sentinel ? " sentinelUser=… and sentinelPassword=…, and" : "")} with TLS (rediss) ca=/path/to/authority.pem and tlsName=name-in-the-certificates.");

    private static FormatException Wrong(StoreServerKind kind, string what) => new($"{what} Write {s_forms[(int)kind]}. {Encode}");
}
