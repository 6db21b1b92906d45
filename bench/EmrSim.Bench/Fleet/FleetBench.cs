using System.Diagnostics;
using System.Globalization;
using EmrSim.Bench.Server;

namespace EmrSim.Bench.Fleet;

/// <summary>What more instances bring on one Redis and one PostgreSQL, and what it costs when that Redis hangs or is dead.</summary>
public static class FleetBench
{
    private const int Callers = 64;
    private const int Most = 3;
    private const int Rounds = 2;
    private const int Promotions = 5;
    private static readonly TimeSpan s_warm = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_opening = TimeSpan.FromSeconds(2);

    public static async Task RunAsync(Findings findings, TimeSpan each)
    {
        await using var postgres = await PostgresBeside.StartAsync();
        if (postgres is null)
        {
            Findings.Say("Fleet: left out, PostgreSQL is not installed");
            return;
        }

        await using var upstream = await UpstreamStandIn.StartAsync();
        await using var redis = await RedisBeside.StartAsync();
        var settings = new Dictionary<string, string>
        {
            ["VOICE_ENABLED"] = "true",
            ["OPENAI_API_KEY"] = "sk-bench",
            ["OPENAI_BASE_URL"] = upstream.Address,
            ["REDIS_URL"] = redis.Url,
            ["DATABASE_URL"] = postgres.Url,
        };
        var instances = new List<ServerUnderLoad>();
        try
        {
            while (instances.Count < Most) instances.Add(await ServerUnderLoad.StartAsync(settings));
            var sessions = await Cases.BeginAsync(instances[0].Http, Callers);
            await CurveAsync(findings, instances, sessions, each);
            await instances[^1].DisposeAsync();
            instances.RemoveAt(instances.Count - 1);
            await WithoutRedisAsync(findings, instances, sessions, redis, postgres, each);
        }
        finally
        {
            foreach (var instance in instances) await instance.DisposeAsync();
        }
    }

    /// <summary>One, two and three of the same instances in turns, so that noise of the machine meets all alike.</summary>
    private static async Task CurveAsync(Findings findings, List<ServerUnderLoad> instances, string[] sessions, TimeSpan each)
    {
        Findings.Say($"Fleet on one Redis and one PostgreSQL, {Callers} callers, each asking the instances in turns");
        await RelayAsync(instances, sessions, "warm", s_warm);
        await HandshakeAsync(instances, sessions, s_warm);
        var (relays, handshakes) = (new List<double>[Most], new List<double>[Most]);
        for (var round = 0; round < Rounds; round++)
        {
            for (var step = 1; step <= Most; step++)
            {
                // Up and down again: what changes with time meets all alike.
                var count = round % 2 == 0 ? step : Most + 1 - step;
                var some = instances.Take(count).ToList();
                var relay = await RelayAsync(some, sessions, string.Create(CultureInfo.InvariantCulture, $"r{round}{count}"), each * 0.3);
                var handshake = await HandshakeAsync(some, sessions, each * 0.3);
                Findings.Say($"  {count} relay      {relay}");
                Findings.Say($"  {count} handshake  {handshake} (a request; two make a handshake)");
                (relays[count - 1] ??= []).Add(relay.PerSecond);
                (handshakes[count - 1] ??= []).Add(handshake.PerSecond / 2);
            }
        }

        for (var count = 1; count <= Most; count++)
        {
            findings.Add($"fleet.relay.{count}_per_second", relays[count - 1].Average(), "/s", count == 1 ? "none" : "more, until the cores are full");
            findings.Add($"fleet.handshake.{count}_per_second", handshakes[count - 1].Average(), "/s", count == 1 ? "none" : "more, until the cores are full");
        }

        findings.Add("fleet.relay.three_by_one", relays[^1].Average() / relays[0].Average(), "times", "no loss");
        findings.Add("fleet.handshake.three_by_one", handshakes[^1].Average() / handshakes[0].Average(), "times", "no loss");
    }

    private static async Task WithoutRedisAsync(Findings findings, List<ServerUnderLoad> instances, string[] sessions, RedisBeside redis, PostgresBeside postgres, TimeSpan each)
    {
        Findings.Say($"Two instances, {SteadyHandshakes.PerSecond} requests a second that need the session store, Redis healthy, hung, dead");
        await HeldEntries.WarmAsync(postgres);
        await using var load = new SteadyHandshakes(instances, sessions);
        await Task.Delay(s_opening);
        var healthy = Stopwatch.GetTimestamp();
        await Task.Delay(each);
        var hanging = Stopwatch.GetTimestamp();
        await redis.HangAsync();
        await Task.Delay(s_opening);
        var hung = Stopwatch.GetTimestamp();
        await Task.Delay(each * 0.6);
        await redis.KillAsync();
        var dead = Stopwatch.GetTimestamp();
        await Task.Delay(each);
        var end = Stopwatch.GetTimestamp();
        var (meanwhile, beside, seconds) = (new List<Answered>(), new List<Answered>(), new List<double>());
        for (var round = 0; round <= Promotions; round++)
        {
            if (round > 0) await redis.KillAsync();
            var (found, moved) = await HeldEntries.MoveUpAsync(postgres, redis);
            // The first time warms, as before every other part.
            if (round == 0) continue;
            seconds.Add(Stopwatch.GetElapsedTime(found, moved).TotalSeconds);
            meanwhile.AddRange(load.Between(found, moved));
            await Task.Delay(s_opening);
            var again = Stopwatch.GetTimestamp();
            await HeldEntries.LookOnAsync(postgres, s_opening);
            beside.AddRange(load.Between(again, long.MaxValue));
        }

        await load.StopAsync();

        var before = P99(load.Between(healthy, hanging));
        var opening = load.Between(hanging, hung);
        var without = P99(load.Between(dead, end));
        findings.Add("fleet.healthy_p99_ms", before, "ms", "(beside)");
        findings.Add("fleet.first_affected_ms", opening.Max(static answer => answer.Milliseconds), "ms", "250 and its own time");
        findings.Add("fleet.affected", opening.Count(static answer => answer.Milliseconds > 200), "requests", "only until the breaker opens");
        findings.Add("fleet.hung_p99_ms", P99(load.Between(hung, dead)), "ms", "2 times healthy");
        findings.Add("fleet.dead_p99_ms", without, "ms", "2 times healthy");
        findings.Add("fleet.dead_p99_ratio", without / before, "times", "2");
        Findings.Say($"  Redis back, {HeldEntries.Count} entries in PostgreSQL, {Promotions} times, the same requests meanwhile and afterwards");
        findings.Add("fleet.promotion_seconds", seconds.Max(), "s", "2");
        findings.Add("fleet.promotion_slowing", Median([.. meanwhile]) / Median([.. beside]), "times", "1.2");
        findings.Add("fleet.promotion_beside_dead", Median([.. meanwhile]) / Median(load.Between(dead, end)), "times", "no slower than without Redis");
        findings.Add("fleet.failed", load.Between(healthy, long.MaxValue).Count(static answer => answer.Status is < 200 or > 299), "requests", "0");
    }

    private static Task<LoadResult> RelayAsync(List<ServerUnderLoad> instances, string[] sessions, string tag, TimeSpan duration) =>
        Load.RunAsync(instances, Callers, duration, (caller, n) => Requests.Relay(sessions[caller], tag, caller, n));

    private static Task<LoadResult> HandshakeAsync(List<ServerUnderLoad> instances, string[] sessions, TimeSpan duration) =>
        Load.RunAsync(instances, Callers, duration, (caller, n) => n % 2 == 0 ? Requests.Token(sessions[caller]) : Requests.Sdp(sessions[caller]));

    private static double Median(Answered[] answers) => answers.Length == 0 ? 0 : answers.Select(static answer => answer.Milliseconds).Order().ElementAt(answers.Length / 2);

    private static double P99(Answered[] answers)
    {
        var sorted = answers.Select(static answer => answer.Milliseconds).Order().ToArray();
        return sorted.Length == 0 ? 0 : sorted[(int)((sorted.Length - 1) * 0.99)];
    }
}
