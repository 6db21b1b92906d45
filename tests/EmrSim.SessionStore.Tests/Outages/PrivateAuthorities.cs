using EmrSim.Server.Tests.Processes;

namespace EmrSim.SessionStore.Tests.Outages;

/// <summary>A private authority that signs by an intermediate one, in the forms in which its certificate is handed out.</summary>
public sealed class PrivateAuthorities
{
    private const string Tls = "--port 0 --tls-port {port} --tls-cert-file {dir}/server.pem --tls-key-file {dir}/server.key --tls-ca-cert-file {dir}/ca.pem --tls-auth-clients no";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("ca.pem", true)]
    [InlineData("bundle.pem", true)]
    [InlineData("ca.der", true)]
    [InlineData("other.pem", false)]
    public async Task Are_trusted_when_they_are_named(string file, bool isTrusted)
    {
        await using var redis = RedisServer.Prepare(Tls.Split(' '));
        Certificates.Write(redis.Folder, byIntermediate: true);
        await redis.RunAsync();
        await using var running = await RunningStore.StartAsync(new() { Server = StoreUrl.Parse($"rediss://localhost:{redis.Port}/0?ca={Uri.EscapeDataString(Path.Combine(redis.Folder, file))}") });
        if (isTrusted) await Eventually.TrueAsync(() => !running.Host.Status.Degraded, s_patience, () => $"{running.Host.Status.Server}");
        else await Eventually.TrueAsync(() => running.Host.Status.Server!.LastError?.StartsWith("the certificate's authority is not trusted", StringComparison.Ordinal) == true, s_patience, () => $"{running.Host.Status.Server}");
    }
}
