using StackExchange.Redis;

namespace EmrSim.Tests.Servers;

/// <summary>One certificate for all servers of a group, for the name localhost, by an authority of the tests' own.</summary>
public sealed class TlsFiles : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("emrsim-tls-").FullName;

    public TlsFiles() => Authority = Certificates.Write(_folder);

    public string Authority { get; }

    /// <summary>The lines of a server's configuration but the one with its port.</summary>
    public IReadOnlyList<string> Lines =>
    [
        "port 0",
        $"tls-cert-file {Path.Combine(_folder, "server.pem")}",
        $"tls-key-file {Path.Combine(_folder, "server.key")}",
        $"tls-ca-cert-file {Authority}",
        "tls-auth-clients no",
        "tls-replication yes",
    ];

    /// <summary>The same as arguments, with the port.</summary>
    public string[] Arguments => [.. Lines.SelectMany(static line => $"--{line}".Split(' ')), "--tls-port", "{port}"];

    /// <summary>The options of an address whose servers are reached as 127.0.0.1, which is not in the certificate.</summary>
    public string Query => $"ca={Uri.EscapeDataString(Authority)}&tlsName=localhost";

    public static void Enter(ConfigurationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        (options.Ssl, options.SslHost) = (true, "localhost");
        options.CertificateValidation += static (_, certificate, _, _) => certificate?.Issuer == "CN=EMRsim test authority";
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
