using System.Net;
using System.Net.Sockets;
using EmrSim.Server.Tests.Processes;
using EmrSim.SessionStore.Tests.Contract;

namespace EmrSim.SessionStore.Tests.Outages;

/// <summary>Servers that refuse us, or are no Redis servers at all: the error names what to change and holds no secret, and something else serves.</summary>
public sealed class RefusingServers
{
    private const string Tls = "--port 0 --tls-port {port} --tls-cert-file {dir}/server.pem --tls-key-file {dir}/server.key --tls-ca-cert-file {dir}/ca.pem --tls-auth-clients no";
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("--requirepass right", ":wrong-hush@", "user or password are refused: correct them in SESSION_STORE_URL")]
    [InlineData("--requirepass right", "", "user or password are refused: correct them in SESSION_STORE_URL")]
    [InlineData("--user robin on >hush-hush ~* &* +@read +@connection", "robin:hush-hush@", "NOPERM: the user may not use evalsha: ACL SETUSER … ~* &* +@read +@write +@scripting +@connection +@pubsub +info +role +time +cluster")]
    [InlineData("--user robin on >hush-hush ~* &* +@all -@scripting", "robin:hush-hush@", "NOPERM: the user may not use evalsha: ACL SETUSER … ~* &* +@read +@write +@scripting +@connection +@pubsub +info +role +time +cluster")]
    [InlineData("--user robin on >hush-hush ~other:* &* +@all", "robin:hush-hush@", "NOPERM: the user may not use one of the keys or channels: ACL SETUSER … ~* &* +@read +@write +@scripting +@connection +@pubsub +info +role +time +cluster")]
    [InlineData("--maxmemory 1mb --maxmemory-policy noeviction", "", "OOM: the server's memory is full: raise maxmemory, or set maxmemory-policy volatile-ttl")]
    [InlineData("--replicaof 127.0.0.1 1", "", "READONLY: it is a replica: name the primary in SESSION_STORE_URL, or use redis+sentinel://")]
    [InlineData("--cluster-enabled yes", "", "CLUSTERDOWN: not every slot of the cluster has a primary")]
    [InlineData("--rename-command EVALSHA GONE", "", "it does not know a command that is needed: use Redis 6.2 or newer, Valkey, KeyDB, or Garnet with --lua")]
    public async Task A_redis_server_that_refuses_is_told_by_its_reason(string arguments, string entry, string expected)
    {
        await using var redis = RedisServer.Prepare(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        await redis.RunAsync();
        await SaysAsync($"redis://{entry}127.0.0.1:{redis.Port}", expected);
    }

    [Theory]
    [InlineData("127.0.0.1", true, false, "the certificate is not for '127.0.0.1': use a name that is in it, or add ?tlsName=… to SESSION_STORE_URL")]
    [InlineData("localhost", false, false, "the certificate's authority is not trusted: add ?ca=/path/to/authority.pem to SESSION_STORE_URL")]
    [InlineData("localhost", true, true, "the certificate is expired or not yet valid: renew it at the server")]
    public async Task A_certificate_that_does_not_fit_is_told_by_what_is_wrong_with_it(string host, bool namesAuthority, bool isOver, string expected)
    {
        await using var redis = RedisServer.Prepare(Tls.Split(' '));
        var authority = Certificates.Write(redis.Folder, isOver);
        await redis.RunAsync();
        await SaysAsync($"rediss://:hush-hush@{host}:{redis.Port}/0{(namesAuthority ? $"?ca={Uri.EscapeDataString(authority)}" : "")}", expected);
    }

    [Fact]
    public async Task A_certificate_for_another_name_can_be_told_that_name()
    {
        await using var redis = RedisServer.Prepare(Tls.Split(' '));
        var authority = Certificates.Write(redis.Folder);
        await redis.RunAsync();
        await using var running = await RunningStore.StartAsync(new() { Server = StoreUrl.Parse($"rediss://127.0.0.1:{redis.Port}/0?tlsName=localhost&ca={Uri.EscapeDataString(authority)}") });
        await Eventually.TrueAsync(() => !running.Host.Status.Degraded, s_patience, () => $"{running.Host.Status.Server}");
    }

    [Fact]
    public async Task An_authority_that_can_not_be_read_is_told()
    {
        var missing = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.pem");
        await SaysAsync($"rediss://:hush-hush@localhost:1/0?ca={Uri.EscapeDataString(missing)}", $"the file of ?ca= in SESSION_STORE_URL can't be read: {missing}");
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", true)]
    [InlineData("ERROR\r\n", false)]
    public async Task A_server_of_another_kind_is_told_as_such(string answer, bool closes)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stopping = new CancellationTokenSource();
        var serving = AnswerAsync(listener, System.Text.Encoding.ASCII.GetBytes(answer), closes, stopping.Token);
        await SaysAsync($"redis://:hush-hush@127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", "what answers is not a Redis server: correct host, port and TLS (rediss) in SESSION_STORE_URL; sentinels need redis+sentinel://host/primaryName");
        await stopping.CancelAsync();
        await serving;
    }

    [Fact]
    public async Task A_port_that_nobody_listens_at_is_told_as_such() =>
        await SaysAsync($"redis://:hush-hush@127.0.0.1:{Ports.Take()}", "it can't be reached: check that it runs, and host and port in SESSION_STORE_URL");

    [Fact]
    public async Task A_port_without_tls_is_told_as_such()
    {
        await using var redis = await RedisServer.StartAsync();
        await SaysAsync($"rediss://:hush-hush@127.0.0.1:{redis.Port}", "no TLS at that port: use redis instead of rediss in SESSION_STORE_URL, or the server's TLS port");
    }

    [Theory]
    [InlineData("redis+cluster://127.0.0.1:{port}", "it is a server by itself, no cluster: use redis:// instead of redis+cluster:// in SESSION_STORE_URL")]
    [InlineData("redis+sentinel://127.0.0.1:{port}/main", "what answers is no sentinel: name the sentinels' ports (mostly 26379) in SESSION_STORE_URL, or use redis:// for a server by itself")]
    public async Task A_server_by_itself_is_told_from_a_cluster_and_from_sentinels(string address, string expected)
    {
        await using var redis = await RedisServer.StartAsync();
        await SaysAsync(address.Replace("{port}", $"{redis.Port}", StringComparison.Ordinal), expected);
    }

    [Theory]
    [InlineData("redis://:hush-hush@127.0.0.1:{port}", "REDIS_PASSWORD", "user or password are refused: correct them in REDIS_URL and REDIS_PASSWORD")]
    [InlineData("redis://:hush-hush@127.0.0.1:{port}", null, "user or password are refused: correct them in REDIS_URL")]
    [InlineData("redis+cluster://:right@127.0.0.1:{port}", null, "it is a server by itself, no cluster: use redis:// instead of redis+cluster:// in REDIS_URL")]
    [InlineData("rediss://:right@127.0.0.1:{port}", null, "no TLS at that port: use redis instead of rediss in REDIS_URL, or the server's TLS port")]
    [InlineData("redis+sentinel://127.0.0.1:{port}/main", null, "the sentinels want a password: add ?sentinelPassword=… to REDIS_URL")]
    public async Task The_setting_that_was_used_is_the_one_that_is_named(string address, string? password, string expected)
    {
        await using var redis = await RedisServer.StartAsync("--requirepass", "right");
        await SaysAsync(StoreUrl.Parse(address.Replace("{port}", $"{redis.Port}", StringComparison.Ordinal)) with { Setting = "REDIS_URL", PasswordSetting = password }, expected);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static async Task SaysAsync(string address, string expected)
    {
        Assert.True(StoreUrl.TryParse(address, out var url, out var problem), problem);
        await SaysAsync(url, expected);
    }

    private static async Task SaysAsync(StoreUrl url, string expected)
    {
        await using var running = await RunningStore.StartAsync(new() { Server = url });
        for (var i = 0; i < 5; i++)
        {
            await running.Store.SetAsync("k", "v"u8.ToArray(), s_minute, Token);
            Assert.NotNull(await running.Store.GetAsync("k", Token));
        }

        await Eventually.TrueAsync(() => running.Host.Status.Server!.LastError == expected, s_patience, () => $"{running.Host.Status}\n{string.Join('\n', running.Log.Lines)}");
        Assert.True(running.Host.Status.Degraded);
        Assert.True(running.Log.Count(expected) > 0, string.Join('\n', running.Log.Lines));
        Assert.DoesNotContain("hush", $"{running.Host.Status}{string.Join('\n', running.Log.Lines)}", StringComparison.Ordinal);
    }

    private static async Task AnswerAsync(TcpListener listener, byte[] answer, bool closes, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(cancellationToken);
                var buffer = new byte[4096];
                while (await client.GetStream().ReadAsync(buffer, cancellationToken) > 0)
                {
                    await client.GetStream().WriteAsync(answer, cancellationToken);
                    if (closes) break;
                }
            }
        }
        catch (Exception over) when (over is OperationCanceledException or IOException or SocketException)
        {
        }
    }
}
