using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using StackExchange.Redis;

namespace EmrSim.SessionStore.Redis;

/// <summary>The client's settings for a store that something else can stand in for: it must fail soon and never queue.</summary>
internal static class RedisOptions
{
    public static ConfigurationOptions For(StoreUrl url)
    {
        var options = new ConfigurationOptions
        {
            EndPoints = { { url.Host, url.Port } },
            User = url.User,
            Password = url.Password,
            DefaultDatabase = url.Database,
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
            options.SslHost = url.Host;
            if (url.AuthorityFile is { } file)
            {
                var authority = X509CertificateLoader.LoadCertificateFromFile(file);
                options.CertificateValidation += (_, certificate, _, errors) => IsTrusted(certificate, authority, errors);
            }
        }

        return options;
    }

    // Only the chain may be mended by the given authority; a wrong host name stays wrong.
    private static bool IsTrusted(X509Certificate? certificate, X509Certificate2 authority, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None) return true;
        if (certificate is not X509Certificate2 server || errors != SslPolicyErrors.RemoteCertificateChainErrors) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(server);
    }
}
