using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Doctor;

public sealed class LookingAtRedis : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("emrsim-doctor-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task A_server_as_it_should_be_is_sound()
    {
        await using var redis = await RedisServer.StartAsync("--appendonly", "yes", "--maxmemory", "100mb", "--requirepass", "hush-hush");
        var seen = await LookAsync($"redis://:hush-hush@127.0.0.1:{redis.Port}/0");
        Assert.Empty(seen.Worse);
        Assert.Equal(0, seen.Code);
        seen.Says("store", "authenticated", "good", "default");
        seen.Says("store", "version", "good", "7.");
        seen.Says("store", "clock", "good", "0.0");
        seen.Says("store", "latency", "good", "p99");
        seen.Says("store", "eviction", "good", "noeviction");
        seen.Says("store", "persistence", "good", "append-only");
        seen.Says("store", "memory", "good", "100.0 MB");
        seen.Says("store", "commands", "good", "script");
        Assert.DoesNotContain("hush-hush", seen.Text, StringComparison.Ordinal);
        Assert.Equal(0, (long)await redis.AskWithPasswordAsync("DBSIZE"));
    }

    [Theory]
    [InlineData("redis://127.0.0.1:{port}", "wants a password")]
    [InlineData("redis://:wrong-one@127.0.0.1:{port}", "WRONGPASS")]
    [InlineData("redis://nobody:wrong-one@127.0.0.1:{port}", "WRONGPASS")]
    public async Task A_wrong_password_is_named_but_not_shown(string url, string detail)
    {
        await using var redis = await RedisServer.StartAsync("--requirepass", "hush-hush");
        var seen = await LookAsync(url.Replace("{port}", $"{redis.Port}", StringComparison.Ordinal));
        Assert.Equal(2, seen.Code);
        seen.Says("store", "authenticated", "failure", detail);
        Assert.DoesNotContain("wrong-one", seen.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_evicting_policy_is_a_failure_with_a_limit_and_missing_persistence_a_warning()
    {
        await using var redis = await RedisServer.StartAsync("--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru");
        var seen = await LookAsync(redis.Url);
        Assert.Equal(2, seen.Code);
        seen.Says("store", "eviction", "failure", "allkeys-lru");
        seen.Says("store", "persistence", "warning", "no append-only file");
    }

    [Fact]
    public async Task A_nearly_full_server_is_told_and_a_full_one_refuses_writes()
    {
        await using var redis = await RedisServer.StartAsync("--appendonly", "yes");
        await redis.AskAsync("SET", "ballast", new string('x', 10_000_000));
        var used = await UsedAsync(redis);
        await redis.AskAsync("CONFIG", "SET", "maxmemory", used * 100 / 95);
        var nearly = await LookAsync(redis.Url);
        nearly.Says("store", "memory", "failure", "used");
        nearly.Says("store", "commands", "good", "write");

        await redis.AskAsync("CONFIG", "SET", "maxmemory", used / 2);
        var full = await LookAsync(redis.Url);
        full.Says("store", "commands", "failure", "OOM");
        Assert.Equal(2, full.Code);
    }

    [Fact]
    public async Task Nothing_on_the_port_is_told_and_where_instances_turn_meanwhile()
    {
        var seen = await LookAsync($"redis://127.0.0.1:{Ports.Take()}");
        Assert.Equal(2, seen.Code);
        seen.Says("store", "reachable", "failure", "nothing listens there");
        seen.Says("database", "reachable", "note", "first start");
    }

    [Fact]
    public async Task A_name_that_nobody_knows_is_told() =>
        (await LookAsync("redis://no-such-host.invalid:6379")).Says("store", "reachable", "failure", "not known here");

    [Fact]
    public async Task A_server_of_another_kind_is_recognized()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var answering = AnswerAsync(other, "HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
        var seen = await LookAsync($"redis://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}");
        Assert.Equal(2, seen.Code);
        seen.Says("store", "protocol", "failure", "HTTP/1.1 400");
        other.Stop();
        await answering;
    }

    [Fact]
    public async Task A_hung_server_is_told_within_seconds()
    {
        await using var redis = await RedisServer.StartAsync();
        redis.Stop();
        var seen = await LookAsync(redis.Url);
        seen.Says("store", "answers", "failure", "no answer within 3 s");
    }

    [Fact]
    public async Task A_replica_is_told_with_its_primary()
    {
        await using var primary = await RedisServer.StartAsync("--appendonly", "yes");
        await using var replica = await RedisServer.StartAsync("--replicaof", "127.0.0.1", $"{primary.Port}");
        await Eventually.TrueAsync(async () => ((string?)await primary.AskAsync("INFO", "replication"))!.Contains("state=online", StringComparison.Ordinal), TimeSpan.FromSeconds(30), () => "The replica did not follow.");
        var seen = await LookAsync(replica.Url);
        seen.Says("store", "role", "failure", $"{primary.Port}");
        seen.Says("store", "commands", "failure", "READONLY");
        (await LookAsync(primary.Url)).Says("store", "replicas", "good", "1 replicas in step");
    }

    [Fact]
    public async Task A_user_without_rights_is_told_which_right_is_missing()
    {
        await using var redis = RedisServer.Prepare(["--user", "emrsim", "on", ">hush-hush", "~*", "&*", "+@all", "-eval", "-info"]);
        await redis.RunAsync();
        var seen = await LookAsync($"redis://emrsim:hush-hush@127.0.0.1:{redis.Port}");
        seen.Says("store", "commands", "failure", "EVAL");
        seen.Says("store", "info", "warning", "does not answer INFO");
        Assert.DoesNotContain("hush-hush", seen.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_with_the_rights_that_the_documentation_names_is_sound()
    {
        await using var redis = RedisServer.Prepare([.. "--appendonly yes --user emrsim on >hush-hush ~* &* +@read +@write +@scripting +@connection +@pubsub +info +role +time".Split(' ')]);
        await redis.RunAsync();
        var seen = await LookAsync($"redis://emrsim:hush-hush@127.0.0.1:{redis.Port}");
        Assert.Empty(seen.Worse);
        Assert.Equal(0, seen.Code);
    }

    [Fact]
    public async Task The_setting_that_was_used_is_the_one_to_correct()
    {
        await using var redis = await RedisServer.StartAsync("--requirepass", "hush-hush");
        var seen = await Examination.OfAsync(new Dictionary<string, string> { ["REDIS_URL"] = redis.Url, ["REDIS_PASSWORD"] = "wrong-one", ["DATA_DIR"] = _data });
        Assert.Contains("REDIS_URL and REDIS_PASSWORD", Assert.Single(seen.Of("store", "authenticated")).Next, StringComparison.Ordinal);
        Assert.DoesNotContain("SESSION_STORE_URL", seen.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-one", seen.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_by_itself_is_no_sentinel()
    {
        await using var redis = await RedisServer.StartAsync();
        var seen = await LookAsync($"redis+sentinel://127.0.0.1:{redis.Port}/main");
        Assert.Equal(2, seen.Code);
        seen.Says("store", "kind", "failure", "no Sentinel");
        Assert.Contains("Write redis://", seen.Of("store", "kind")[0].Next, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_with_unserved_slots_is_a_failure()
    {
        await using var redis = await RedisServer.StartAsync("--cluster-enabled", "yes");
        var broken = await LookAsync(redis.Url);
        broken.Says("store", "cluster", "failure", "0 of 16384");
        broken.Says("store", "commands", "failure", "CLUSTERDOWN");
        broken.Says("store", "kind", "warning", "node of a cluster");
        await redis.AskAsync("CLUSTER", "ADDSLOTSRANGE", 0, 16383);
        await Eventually.TrueAsync(async () => ((string?)await redis.AskAsync("CLUSTER", "INFO"))!.Contains("cluster_state:ok", StringComparison.Ordinal), TimeSpan.FromSeconds(30), () => "The cluster did not form.");
        var whole = await LookAsync(redis.Url.Replace("redis:", "redis+cluster:", StringComparison.Ordinal));
        whole.Says("store", "cluster", "good", "16384 of 16384");
        whole.Says("store", "commands", "good", "write");
        whole.Says("store", "replicas", "warning", "without replicas");
    }

    [Fact]
    public async Task Sentinels_are_asked_for_the_primary_which_is_then_looked_at()
    {
        await using var primary = await RedisServer.StartAsync("--appendonly", "yes");
        var port = Ports.Take();
        var file = Path.Combine(primary.Folder, "sentinel.conf");
        await File.WriteAllTextAsync(file, $"port {port}\nbind 127.0.0.1\ndir {primary.Folder}\nsentinel monitor emrsim 127.0.0.1 {primary.Port} 1\n", TestContext.Current.CancellationToken);
        using var sentinel = Process.Start(new ProcessStartInfo("redis-server", [file, "--sentinel"]) { RedirectStandardOutput = true })!;
        try
        {
            sentinel.BeginOutputReadLine();
            await Eventually.TrueAsync(() => IsOpenAsync(port), TimeSpan.FromSeconds(30), () => "The Sentinel did not start.");
            await JudgeSentinelAsync(port);
        }
        finally
        {
            sentinel.Kill();
            await sentinel.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private async Task JudgeSentinelAsync(int port)
    {
        var seen = await LookAsync($"redis+sentinel://127.0.0.1:{port}/emrsim");
        seen.Says("store", "sentinel", "warning", "emrsim: ok");
        seen.Says("store", "persistence", "good", "append-only");
        foreach (var address in (string[])[$"redis://127.0.0.1:{port}", $"redis://127.0.0.1:{port}/3"])
        {
            var mistaken = await LookAsync(address);
            Assert.Equal(2, mistaken.Code);
            mistaken.Says("store", "kind", "failure", "this is a Sentinel");
            Assert.Contains($"redis+sentinel://127.0.0.1:{port}/primaryName in SESSION_STORE_URL", mistaken.Of("store", "kind")[0].Next, StringComparison.Ordinal);
        }

        var other = await LookAsync($"redis+sentinel://127.0.0.1:{port}/other");
        Assert.Contains(other.Of("store", "sentinel"), static finding => finding.Level == "failure" && finding.Detail.Contains("knows no primary", StringComparison.Ordinal));
    }

    private static async Task<bool> IsOpenAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    [Fact]
    public async Task Memcached_is_looked_at_in_its_own_words()
    {
        await using var memcached = await MemcachedServer.StartAsync();
        var seen = await LookAsync(memcached.Url);
        Assert.Empty(seen.Worse);
        seen.Says("store", "version", "good", "memcached 1.");
        seen.Says("store", "memory", "good", "nothing evicted");
        await using var redis = await RedisServer.StartAsync();
        (await LookAsync($"memcached://127.0.0.1:{redis.Port}")).Says("store", "protocol", "failure", "not a memcached server");
    }

    [Fact]
    public async Task Tls_spoken_to_a_plain_port_is_told()
    {
        await using var redis = await RedisServer.StartAsync();
        (await LookAsync($"rediss://localhost:{redis.Port}")).Says("store", "tls", "failure", "no TLS");
    }

    private static async Task<long> UsedAsync(RedisServer redis) => long.Parse(
        ((string?)await redis.AskAsync("INFO", "memory"))!.Split('\n').Single(static line => line.StartsWith("used_memory:", StringComparison.Ordinal)).Split(':')[1],
        System.Globalization.CultureInfo.InvariantCulture);

    private static async Task AnswerAsync(TcpListener listener, byte[] answer)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                await client.GetStream().WriteAsync(answer);
                await client.GetStream().ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false);
            }
        }
        catch (SocketException)
        {
            // The listener was stopped.
        }
    }

    private Task<Examination> LookAsync(string url) => Examination.OfAsync(new Dictionary<string, string> { ["SESSION_STORE_URL"] = url, ["DATA_DIR"] = _data });
}
