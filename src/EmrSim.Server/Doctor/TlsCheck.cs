using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EmrSim.SessionStore;

namespace EmrSim.Server.Doctor;

/// <summary>Whether the connection can be encrypted, and whether it is the server that it leads to.</summary>
internal static class TlsCheck
{
    private const int SoonDays = 30;

    /// <summary>Whether the server may be told secrets.</summary>
    public static async Task<bool> EncryptAsync(RedisTalk talk, StoreUrl url, StoreEndpoint endpoint, Findings found, CancellationToken cancellationToken)
    {
        X509Certificate2Collection? authorities;
        try
        {
            authorities = url.AuthorityFile is { } file ? Read(file) : null;
        }
        catch (Exception problem) when (problem is CryptographicException or IOException or UnauthorizedAccessException)
        {
            found.Fail("tls", $"the authority {url.AuthorityFile} can't be read: {problem.Message}", $"Correct the path after ?ca= in {url.Setting}, and let the user who runs the server read the file.");
            return false;
        }

        var name = url.CertificateName ?? endpoint.Host;
        try
        {
            await talk.EncryptAsync(name, authorities, cancellationToken);
        }
        catch (Exception problem) when (problem is AuthenticationException or IOException || (problem is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            found.Fail("tls", $"no TLS could be agreed on: {problem.Message}", "When the server takes no TLS, write redis:// (its plain port is mostly 6379).");
            return false;
        }
        finally
        {
            foreach (var authority in authorities ?? []) authority.Dispose();
        }

        return Judge(talk.Certificate, talk.CertificateErrors, name, found);
    }

    // As the store reads it: one certificate, or a whole bundle.
    private static X509Certificate2Collection Read(string file)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        if (authorities.Count == 0) authorities.Add(X509CertificateLoader.LoadCertificateFromFile(file));
        return authorities;
    }

    private static bool Judge(X509Certificate2? certificate, SslPolicyErrors errors, string name, Findings found)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var (begin, end) = (certificate?.NotBefore.ToUniversalTime() ?? DateTime.MinValue, certificate?.NotAfter.ToUniversalTime() ?? DateTime.MaxValue);
        var names = certificate?.GetNameInfo(X509NameType.DnsName, false);
        if (end < now) found.Fail("tls", $"the certificate ended on {end:yyyy-MM-dd}", "Renew the server's certificate.");
        else if (begin > now) found.Fail("tls", $"the certificate begins on {begin:yyyy-MM-dd}", "Set the clock of this machine, or give the server a certificate that is valid now.");
        else if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) found.Fail("tls", $"the certificate is for {names}, not for {name}", "Use a name of the certificate as the host or as ?tlsName=, or give the server a certificate for this name.");
        else if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors)) found.Fail("tls", "the certificate is signed by an authority that is not trusted here", "Name the authority: rediss://…?ca=/path/to/authority.pem");
        else if (errors != SslPolicyErrors.None) found.Fail("tls", $"{errors}", "Give the server a certificate for its name.");
        else
        {
            if (end < now.AddDays(SoonDays)) found.Warn("tls", $"the certificate ends on {end:yyyy-MM-dd}", "Renew the server's certificate soon.");
            else found.Good("tls", $"certificate for {names} until {end:yyyy-MM-dd}");
            return true;
        }

        return false;
    }
}
