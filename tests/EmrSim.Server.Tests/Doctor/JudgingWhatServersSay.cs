using System.Diagnostics;
using System.Net;

namespace EmrSim.Server.Tests.Doctor;

/// <summary>Each thing that a server may say of itself, and what the doctor makes of it: the finding and the exit code.</summary>
public sealed class JudgingWhatServersSay : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("emrsim-doctor-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Theory]
    [InlineData("redis_version:6.0.16", "version", "warning", "no longer maintained", 1)]
    [InlineData("used_memory:740", "memory", "good", "74", 0)]
    [InlineData("used_memory:760", "memory", "warning", "76", 1)]
    [InlineData("used_memory:910", "memory", "failure", "91", 2)]
    [InlineData("maxmemory:0", "memory", "note", "no maxmemory", 0)]
    [InlineData("maxmemory_policy:volatile-ttl", "eviction", "good", "volatile-ttl", 0)]
    [InlineData("maxmemory_policy:volatile-lru", "eviction", "warning", "volatile-lru", 1)]
    [InlineData("maxmemory_policy:allkeys-lru", "eviction", "failure", "allkeys-lru", 2)]
    [InlineData("evicted_keys:5", "eviction", "warning", "5 entries", 1)]
    [InlineData("aof_enabled:0", "persistence", "warning", "no append-only file", 1)]
    [InlineData("rdb_last_bgsave_status:err", "persistence", "failure", "could not write", 2)]
    [InlineData("aof_last_write_status:err", "persistence", "failure", "could not write", 2)]
    [InlineData("connected_clients:80", "clients", "good", "80 of 100", 0)]
    [InlineData("connected_clients:81", "clients", "warning", "81 of 100", 1)]
    [InlineData("slave0:ip=10.0.0.9,port=6379,state=online,offset=1,lag=1", "replicas", "good", "1 replicas in step", 0)]
    [InlineData("slave0:ip=10.0.0.9,port=6379,state=online,offset=1,lag=11", "replicas", "warning", "10.0.0.9:6379", 1)]
    [InlineData("slave0:ip=10.0.0.9,port=6379,state=wait_bgsave,offset=1,lag=0", "replicas", "warning", "10.0.0.9:6379", 1)]
    [InlineData("role:slave", "role", "failure", "this is a replica", 2)]
    public async Task A_fact_is_judged(string fact, string check, string level, string detail, int code)
    {
        await using var server = new ToldServer();
        var (name, value) = (fact.Split(':', 2)[0], fact.Split(':', 2)[1]);
        server.Facts[name] = value;
        await SaysAsync($"redis://127.0.0.1:{server.Port}", check, level, detail, code);
    }

    [Theory]
    [InlineData(0.5, "good", "ahead of", 0)]
    [InlineData(5, "warning", "ahead of", 1)]
    [InlineData(-5, "warning", "behind", 1)]
    [InlineData(70, "failure", "ahead of", 2)]
    [InlineData(-70, "failure", "behind", 2)]
    public async Task Another_clock_is_judged_by_how_far_it_is_apart(double seconds, string level, string detail, int code)
    {
        await using var server = new ToldServer { Ahead = TimeSpan.FromSeconds(seconds) };
        await SaysAsync($"redis://127.0.0.1:{server.Port}", "clock", level, detail, code);
    }

    [Theory]
    [InlineData(80, "warning", "p95", 1)]
    [InlineData(1500, "failure", "leave this server", 2)]
    public async Task A_slow_server_is_judged_within_seconds(int milliseconds, string level, string detail, int code)
    {
        await using var server = new ToldServer { SlowBy = TimeSpan.FromMilliseconds(milliseconds) };
        var watch = Stopwatch.StartNew();
        await SaysAsync($"redis://127.0.0.1:{server.Port}", "latency", level, detail, code);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(25));
    }

    [Theory]
    [InlineData("INFO", "info", "can't be judged")]
    [InlineData("TIME", "clock", "does not tell its time")]
    [InlineData("ROLE", "role", "may not ask ROLE")]
    public async Task A_question_that_is_refused_is_a_warning_that_names_the_right(string command, string check, string detail)
    {
        await using var server = new ToldServer { Instead = asked => asked == command ? $"-NOPERM this user has no permissions to run the '{command.ToLowerInvariant()}' command\r\n" : null };
        var seen = await SaysAsync($"redis://127.0.0.1:{server.Port}", check, "warning", detail, 1);
        Assert.Contains($"+{command.ToLowerInvariant()}", seen.Of("store", check)[0].Next, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$2147483647\r\n")]
    [InlineData("*2147483647\r\n")]
    [InlineData("*1\r\n", 100_000)]
    [InlineData(":1234567890", 100_000)]
    public async Task An_answer_without_end_is_that_of_another_kind_of_server(string answer, int times = 1)
    {
        var whole = string.Concat(Enumerable.Repeat(answer, times));
        await using var server = new ToldServer { Instead = asked => asked == "PING" ? whole : null };
        await SaysAsync($"redis://127.0.0.1:{server.Port}", "protocol", "failure", "not a Redis server", 2);
    }

    [Fact]
    public async Task A_time_that_is_none_is_a_warning()
    {
        await using var server = new ToldServer { Instead = static asked => asked == "TIME" ? ToldServer.Texts("noon", "sharp") : null };
        await SaysAsync($"redis://127.0.0.1:{server.Port}", "clock", "warning", "does not tell its time", 1);
    }

    [Fact]
    public async Task A_primary_elsewhere_is_judged_as_such_although_its_sentinel_is_here()
    {
        await using var primary = new ToldServer(IPAddress.Any);
        await using var sentinel = new ToldServer { Instead = asked => asked.StartsWith("SENTINEL", StringComparison.Ordinal) ? ToldServer.Texts("0.0.0.0", $"{primary.Port}") : null };
        sentinel.Facts["redis_mode"] = "sentinel";
        sentinel.Facts["master0"] = $"name=main,status=ok,address=0.0.0.0:{primary.Port},slaves=2,sentinels=3";
        var seen = await LookAsync($"redis+sentinel://127.0.0.1:{sentinel.Port}/main");
        Assert.Equal(1, seen.Code);
        Assert.Equal([("good", sentinel.Port), ("warning", primary.Port)], seen.Of("store", "authenticated").Select(static finding => (finding.Level, PortOf(finding.Detail))));
        Assert.Equal([("good", sentinel.Port), ("warning", primary.Port)], seen.Of("store", "tls").Select(static finding => (finding.Level, PortOf(finding.Detail))));
    }

    [Theory]
    [InlineData(null, 0, "clock", "good", "within 2 s", 0)]
    [InlineData(null, 10, "clock", "warning", "apart", 1)]
    [InlineData(null, -10, "clock", "warning", "apart", 1)]
    [InlineData("evictions:3", 0, "eviction", "failure", "3 entries", 2)]
    [InlineData("curr_connections:90", 0, "clients", "warning", "90 of 100", 1)]
    public async Task A_statistic_of_memcached_is_judged(string? statistic, int seconds, string check, string level, string detail, int code)
    {
        await using var server = new ToldServer { Ahead = TimeSpan.FromSeconds(seconds) };
        if (statistic?.Split(':') is [var name, var value]) server.Statistics[name] = value;
        await SaysAsync($"memcached://127.0.0.1:{server.Port}", check, level, detail, code);
    }

    [Fact]
    public async Task Statistics_without_end_are_given_up()
    {
        await using var server = new ToldServer { Instead = static asked => asked == "stats" ? string.Concat(Enumerable.Repeat("STAT pid 1\r\n", 500_000)) : null };
        await SaysAsync($"memcached://127.0.0.1:{server.Port}", "protocol", "failure", "not a memcached server", 2);
    }

    private static int PortOf(string detail) => int.Parse(detail.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture);

    private async Task<Examination> SaysAsync(string url, string check, string level, string detail, int code)
    {
        var seen = await LookAsync(url);
        seen.Says("store", check, level, detail);
        Assert.True(seen.Code == code, $"{seen.Code} in place of {code}: {seen.Text}");
        return seen;
    }

    private Task<Examination> LookAsync(string url) => Examination.OfAsync(new Dictionary<string, string> { ["SESSION_STORE_URL"] = url, ["DATA_DIR"] = _data });
}
