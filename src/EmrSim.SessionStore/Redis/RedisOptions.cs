using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StackExchange.Redis;

namespace EmrSim.SessionStore.Redis;

/// <summary>The client's settings for a store that something else can stand in for: it must fail soon and never queue.</summary>
internal static class RedisOptions
{
    public static ConfigurationOptions For(StoreUrl url) => For(url, url.Endpoints);

    /// <param name="url">The address.</param>
    /// <param name="servers">Which servers: with sentinels the primary that they name, else those of the address.</param>
    public static ConfigurationOptions For(StoreUrl url, IEnumerable<StoreEndpoint> servers)
    {
        var options = Common(url);
        foreach (var server in servers) options.EndPoints.Add(server.Host, server.Port);
        (options.User, options.Password, options.DefaultDatabase) = (url.User, url.Password, url.Database);
        return options;
    }

    public static ConfigurationOptions ForSentinel(StoreUrl url, StoreEndpoint sentinel)
    {
        var options = Common(url);
        options.EndPoints.Add(sentinel.Host, sentinel.Port);
        (options.User, options.Password, options.CommandMap) = (url.SentinelUser, url.SentinelPassword, CommandMap.Sentinel);
        return options;
    }

    private static ConfigurationOptions Common(StoreUrl url)
    {
        var options = new ConfigurationOptions
        {
            Ssl = url.IsTls,
            AbortOnConnectFail = false,
            ConnectTimeout = url.IsTls ? 2000 : 1000,
            ConnectRetry = 1,
            AsyncTimeout = 500,
            SyncTimeout = 500,
            HeartbeatInterval = TimeSpan.FromMilliseconds(250),
            BacklogPolicy = BacklogPolicy.FailFast,
            ReconnectRetryPolicy = new ReconnectDelay(),
            KeepAlive = 5,
            TieBreaker = "",
            ConfigurationChannel = "",
            IncludeDetailInExceptions = false,
            // The client's own guard keeps INFO away, which tells one run of the server from another.
            AllowAdmin = true,
            ClientName = "emrsim",
        };
        if (url.IsTls)
        {
            // Without a name each server's certificate must be for what the server is reached by.
            options.SslHost = url.CertificateName;
            if (url.AuthorityFile is { } file)
            {
                var authorities = Authorities(file, url.Setting);
                options.CertificateValidation += (_, certificate, chain, errors) => IsTrusted(certificate, chain, authorities, errors);
            }
        }

        return options;
    }

    private static X509Certificate2Collection Authorities(string file, string setting)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(file);
            if (authorities.Count == 0) authorities.Add(X509CertificateLoader.LoadCertificateFromFile(file));
            return authorities;
        }
        catch (Exception problem) when (problem is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new IOException($"the file of ?ca= in {setting} can't be read: {file}", problem);
        }
    }

    // Only the chain may be mended by the given authorities; a wrong host name stays wrong.
    private static bool IsTrusted(X509Certificate? certificate, X509Chain? presented, X509Certificate2Collection authorities, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None) return true;
        if (certificate is not X509Certificate2 server || errors != SslPolicyErrors.RemoteCertificateChainErrors) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        // The certificates of authorities in between, which the server sends along.
        if (presented is not null) chain.ChainPolicy.ExtraStore.AddRange(presented.ChainPolicy.ExtraStore);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(server);
    }
}
