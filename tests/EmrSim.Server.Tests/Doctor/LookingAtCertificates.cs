using System.Security.Cryptography.X509Certificates;

namespace EmrSim.Server.Tests.Doctor;

/// <summary>A server that is not the one that was meant is told, and is told nothing.</summary>
public sealed class LookingAtCertificates : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("emrsim-doctor-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Theory]
    [InlineData("127.0.0.1", true, false, "the certificate is for localhost, not for 127.0.0.1")]
    [InlineData("localhost", false, false, "authority that is not trusted")]
    [InlineData("localhost", true, true, "the certificate ended on")]
    public async Task An_impostor_gets_no_password(string host, bool namesAuthority, bool isOver, string detail)
    {
        await using var server = new ToldServer();
        var authority = Show(server, isOver);
        var seen = await LookAsync($"rediss://:hush-hush@{host}:{server.Port}{(namesAuthority ? $"?ca={Uri.EscapeDataString(authority)}" : "")}");
        seen.Says("store", "tls", "failure", detail);
        Assert.Equal(2, seen.Code);
        Assert.Empty(server.Asked);
        Assert.Empty(seen.Of("store", "authenticated"));
    }

    [Theory]
    [InlineData(20, "warning", "the certificate ends on", 1)]
    [InlineData(90, "good", "certificate for localhost until", 0)]
    public async Task A_certificate_that_fits_lets_the_password_through(int days, string level, string detail, int code)
    {
        await using var server = new ToldServer();
        var authority = Show(server, days: days);
        var seen = await LookAsync($"rediss://:hush-hush@localhost:{server.Port}?ca={Uri.EscapeDataString(authority)}");
        seen.Says("store", "tls", level, detail);
        Assert.True(seen.Code == code, seen.Text);
        Assert.Contains("hush-hush", server.Asked);
        Assert.DoesNotContain("hush-hush", seen.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_for_another_name_fits_when_that_name_is_given()
    {
        await using var server = new ToldServer();
        var authority = Show(server, days: 90);
        var seen = await LookAsync($"rediss://127.0.0.1:{server.Port}?tlsName=localhost&ca={Uri.EscapeDataString(authority)}");
        seen.Says("store", "tls", "good", "certificate for localhost");
    }

    [Fact]
    public async Task A_real_server_with_tls_is_sound()
    {
        await using var redis = RedisServer.Prepare("--port 0 --tls-port {port} --tls-cert-file {dir}/server.pem --tls-key-file {dir}/server.key --tls-ca-cert-file {dir}/ca.pem --tls-auth-clients no --appendonly yes --requirepass hush-hush".Split(' '));
        var authority = Certificates.Write(redis.Folder, days: 90);
        await redis.RunAsync();
        var seen = await LookAsync($"rediss://:hush-hush@localhost:{redis.Port}?ca={Uri.EscapeDataString(authority)}");
        Assert.Empty(seen.Worse);
        Assert.Equal(0, seen.Code);
    }

    [Theory]
    [InlineData("/nowhere/at/all.pem")]
    [InlineData("/")]
    [InlineData("/etc/hostname")]
    public async Task An_authority_that_can_not_be_read_is_told_by_its_file(string file)
    {
        await using var server = new ToldServer();
        Show(server);
        var seen = await LookAsync($"rediss://:hush-hush@localhost:{server.Port}?ca={Uri.EscapeDataString(file)}");
        seen.Says("store", "tls", "failure", $"the authority {file} can't be read");
        Assert.Equal(2, seen.Code);
        Assert.Empty(server.Asked);
    }

    private string Show(ToldServer server, bool isOver = false, int days = 1)
    {
        var authority = Certificates.Write(_data, isOver, days);
        server.Certificate = X509Certificate2.CreateFromPemFile(Path.Combine(_data, "server.pem"), Path.Combine(_data, "server.key"));
        return authority;
    }

    private Task<Examination> LookAsync(string url) => Examination.OfAsync(new Dictionary<string, string> { ["SESSION_STORE_URL"] = url, ["DATA_DIR"] = _data });
}
