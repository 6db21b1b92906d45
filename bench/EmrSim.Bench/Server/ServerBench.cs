using System.Globalization;

namespace EmrSim.Bench.Server;

/// <summary>
/// Start, memory, relay, handshake and health of the whole server. The targets are five times what the earlier backend reached
/// with load, Redis and voice service on the same two cores.
/// </summary>
public static class ServerBench
{
    private const int Callers = 64;
    private const int Growth = 100_000;

    public static async Task RunAsync(Findings findings, TimeSpan each, string? only)
    {
        if (only is null or "start") await StartsAsync(findings);
        if (only is null or "relay") await RelaysAsync(findings, each);
        if (only is null or "health") await HealthAsync(findings, each);
        if (only is null or "voice") await HandshakesAsync(findings, each);
        if (only is null or "growth") await GrowthAsync(findings);
    }

    private static async Task StartsAsync(Findings findings)
    {
        Findings.Say("Start and memory at rest, median of 5 starts on an empty data directory");
        List<double> starts = [], idle = [];
        for (var i = 0; i < 5; i++)
        {
            await using var server = await ServerUnderLoad.StartAsync();
            starts.Add(server.StartTime.TotalMilliseconds);
            idle.Add(server.ResidentMegabytes);
        }

        findings.Add("start.milliseconds", Median(starts), "ms", "< 300 (earlier backend 900)");
        findings.Add("idle.megabytes", Median(idle), "MB", "< 80 (earlier backend 120)");
    }

    /// <summary>One caller and many in turns, so that noise of the machine meets both alike.</summary>
    private static async Task RelaysAsync(Findings findings, TimeSpan each)
    {
        Findings.Say("Relay of final turns, SQLite, synchronous=FULL");
        await using var server = await ServerUnderLoad.StartAsync();
        var sessions = await Cases.BeginAsync(server.Http, Callers);
        Task<LoadResult> Run(int callers, double seconds, string tag) =>
            Load.RunAsync(server, callers, TimeSpan.FromSeconds(seconds), (caller, n) => Requests.Relay(sessions[caller], tag, caller, n));

        var answered = (await Run(Callers, 2, "warm")).Done;
        List<double> ones = [], manys = [], factors = [];
        for (var round = 0; round < 3; round++)
        {
            var one = await Run(1, each.TotalSeconds / 3, $"one{round}");
            var many = await Run(Callers, each.TotalSeconds / 3, $"many{round}");
            Findings.Say($"  1 caller    {one}");
            Findings.Say($"  {Callers} callers  {many}");
            answered += one.Done + many.Done;
            ones.Add(one.PerSecond);
            manys.Add(many.PerSecond);
            factors.Add(many.PerSecond / one.PerSecond);
        }

        findings.Add("relay.one_per_second", Median(ones), "/s", "none");
        findings.Add("relay.per_second", Median(manys), "/s", ">= 3000 (earlier backend 600)");
        findings.Add("relay.group_commit_factor", Median(factors), "times", ">= 5");
        findings.Add("relay.lost_after_kill", answered - await server.CountStoredAfterKillAsync(), "turns", "0: every answer after its commit");
    }

    private static async Task HealthAsync(Findings findings, TimeSpan each)
    {
        Findings.Say($"Health, {Callers} callers");
        await using var server = await ServerUnderLoad.StartAsync();
        await WarmAsync(server, static (_, _) => Requests.Health);
        var health = await Load.RunAsync(server, Callers, each, static (_, _) => Requests.Health);
        Findings.Say($"  {health}");
        findings.Add("health.per_second", health.PerSecond, "/s", ">= 6000 (earlier backend 1200)");
    }

    private static async Task HandshakesAsync(Findings findings, TimeSpan each)
    {
        Findings.Say($"Voice handshake on Redis, {Callers} callers");
        await using var upstream = await UpstreamStandIn.StartAsync();
        await using var redis = await RedisBeside.StartAsync();
        await using var server = await ServerUnderLoad.StartAsync(new Dictionary<string, string>
        {
            ["VOICE_ENABLED"] = "true",
            ["OPENAI_API_KEY"] = "sk-bench",
            ["OPENAI_BASE_URL"] = upstream.Address,
            ["REDIS_URL"] = redis.Url,
        });
        var sessions = await Cases.BeginAsync(server.Http, Callers);
        string[] asks = [.. sessions.Select(Requests.Token)];
        string[] offers = [.. sessions.Select(Requests.Sdp)];
        await WarmAsync(server, (caller, _) => asks[caller]);
        await WarmAsync(server, (caller, _) => offers[caller]);
        var tokens = await Load.RunAsync(server, Callers, each, (caller, _) => asks[caller]);
        Findings.Say($"  tokens  {tokens}");
        var sdp = await Load.RunAsync(server, Callers, each, (caller, _) => offers[caller]);
        Findings.Say($"  SDP     {sdp}");
        findings.Add("token.per_second", tokens.PerSecond, "/s", ">= 2250 (earlier backend 450)");
        findings.Add("sdp.per_second", sdp.PerSecond, "/s", ">= 3000 (earlier backend 600)");
    }

    /// <summary>The rate of relays while the stored turns grow, and the memory after so many requests.</summary>
    private static async Task GrowthAsync(Findings findings)
    {
        Findings.Say("Relays while the stored turns grow to 100,000");
        await using var server = await ServerUnderLoad.StartAsync();
        var sessions = await Cases.BeginAsync(server.Http, Callers);
        await Load.RunAsync(server, Callers, TimeSpan.FromSeconds(2), (caller, n) => Requests.Relay(sessions[caller], "warm", caller, n), most: 5000);
        List<double> rates = [], memory = [];
        for (var stretch = 0; stretch < 5; stretch++)
        {
            var tag = stretch.ToString(CultureInfo.InvariantCulture);
            var result = await Load.RunAsync(server, Callers, TimeSpan.FromSeconds(60), (caller, n) => Requests.Relay(sessions[caller], tag, caller, n), most: Growth / 5);
            rates.Add(result.PerSecond);
            memory.Add(server.ResidentMegabytes);
            Findings.Say($"  {result}   {memory[^1]:F0} MB");
        }

        findings.Add("growth.last_by_first", rates[^1] / rates[0], "times", "flat (earlier backend halves by 60,000)");
        findings.Add("loaded.megabytes", memory[^1], "MB", "flat after 100,000 requests (earlier backend 300)");
        findings.Add("loaded.last_by_first", memory[^1] / memory[0], "times", "flat");
    }

    private static Task<LoadResult> WarmAsync(ServerUnderLoad server, Func<int, int, string> request) => Load.RunAsync(server, Callers, TimeSpan.FromSeconds(4), request);

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
