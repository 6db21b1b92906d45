using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace EmrSim.Tests.Servers;

public static class Certificates
{
    /// <summary>An authority and a certificate for localhost signed by it; gives the authority's file.</summary>
    /// <param name="folder">Where the files are written to.</param>
    /// <param name="isOver">Whether the certificate's time is over.</param>
    /// <param name="days">How long it lives yet.</param>
    /// <param name="byIntermediate">Whether an intermediate authority, whose certificate only the server has, signs it. Writes other forms of the authority's file too.</param>
    public static string Write(string folder, bool isOver = false, int days = 1, bool byIntermediate = false)
    {
        using var authority = Authority("EMRsim test authority", days);
        using var intermediate = byIntermediate ? Authority("EMRsim test intermediate", days, authority) : null;
        // No earlier than the authority's own.
        var now = TimeProvider.System.GetUtcNow();
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(intermediate ?? authority, now.AddDays(-1), isOver ? now.AddHours(-1) : now.AddDays(days), [1, 2, 3, 4]);
        File.WriteAllText(Path.Combine(folder, "ca.pem"), authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "server.pem"), $"{certificate.ExportCertificatePem()}\n{intermediate?.ExportCertificatePem()}");
        File.WriteAllText(Path.Combine(folder, "server.key"), key.ExportPkcs8PrivateKeyPem());
        if (byIntermediate)
        {
            using var other = Authority("EMRsim other authority", days);
            File.WriteAllText(Path.Combine(folder, "other.pem"), other.ExportCertificatePem());
            File.WriteAllText(Path.Combine(folder, "bundle.pem"), $"{other.ExportCertificatePem()}\n{authority.ExportCertificatePem()}");
            File.WriteAllBytes(Path.Combine(folder, "ca.der"), authority.RawData);
        }

        return Path.Combine(folder, "ca.pem");
    }

    private static X509Certificate2 Authority(string name, int days, X509Certificate2? by = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        if (by is null) return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(days + 1));
        using var signed = request.Create(by, now.AddDays(-1), now.AddDays(days + 0.5), [5, 6, 7, 8]);
        return signed.CopyWithPrivateKey(key);
    }
}
