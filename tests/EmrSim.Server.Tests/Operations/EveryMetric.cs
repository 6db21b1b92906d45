using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Voice;

namespace EmrSim.Server.Tests.Operations;

/// <summary>Two instances live through a bit of everything, an outage of Redis included, while their /metrics is read.</summary>
public sealed class LivedThrough : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly string _data = Directory.CreateTempSubdirectory("emrsim-metrics-").FullName;

    internal Scrapes Seen { get; } = new();

    public async ValueTask InitializeAsync()
    {
        await using var redis = await RedisServer.StartAsync("--maxmemory", "200mb");
        await using var upstream = await FakeUpstream.StartAsync();
        var settings = VoiceServer.Settings(upstream, ("REDIS_URL", redis.Url), ("BACKUP_EVERY", "2s"), ("LIMIT_MESSAGES_PER_SESSION", "1"));
        await using var first = await ServerProcess.StartAsync(settings, _data);
        await using var second = await ServerProcess.StartAsync(settings, _data);
        await UntilAsync(first, second, () => Seen.Moved("fleet_bell_believed"));
        await TalkAsync(first, second);
        var voice = await first.Http.StartSessionAsync();
        await first.Http.SecretAsync(voice);
        using (await second.Http.OfferAsync(voice))
        {
        }

        await redis.KillAsync();
        await UntilAsync(first, second, async () =>
        {
            using var answer = await first.Http.PostAsync("/api/voice/token", new { session_id = await first.Http.StartSessionAsync() });
            return Seen.Moved("session_store_breaker_open");
        });
        await redis.RunAsync();
        await UntilAsync(first, second, () => Seen.Moved("session_store_outages_total") && Seen.Moved("session_store_promoted_total") && Seen.Moved("backup_size_bytes"));
        await UntilAsync(first, second, () => Seen.Moved("encounters_finished_total") && Seen.Moved("encounters_open"));
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_data, recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task TalkAsync(ServerProcess first, ServerProcess second)
    {
        var session = await Session.BeginAsync(first.Http);
        using var watching = await second.Http.GetAsync(new Uri($"{session.Path}/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        await UntilAsync(first, second, async () =>
        {
            foreach (var _ in (int[])[1, 2]) await session.RelayedAsync(new { role = "user", text = "Good morning", itemId = "one", startedAt = 1_790_000_000_000 });
            await session.RelayedAsync(new { role = "assistant", text = "Good morning", itemId = Guid.NewGuid().ToString("N"), startedAt = 1_790_000_000_001 });
            return Seen.Moved("live_lag_seconds_count") && Seen.Moved("live_listeners");
        });
        for (var n = 0; n < 2; n++)
        {
            using var _ = await session.SayAsync(new { text = "Hello" });
        }

        await session.EndedAsync();
    }

    private Task UntilAsync(ServerProcess first, ServerProcess second, Func<bool> isSeen) => UntilAsync(first, second, () => Task.FromResult(isSeen()));

    private Task UntilAsync(ServerProcess first, ServerProcess second, Func<Task<bool>> isSeen) => Eventually.TrueAsync(
        async () =>
        {
            var enough = await isSeen();
            await Seen.AddAsync(first.Http);
            await Seen.AddAsync(second.Http);
            return enough;
        },
        s_patience,
        () => $"{first.Output}\n---\n{second.Output}");
}

public sealed partial class EveryMetric(LivedThrough lived) : IClassFixture<LivedThrough>
{
    private static readonly string[] s_words = ["sum", "max", "min", "by", "le", "rate", "increase", "histogram_quantile", "time", "up"];

    public static TheoryData<string, string, string> Documented => [.. File.ReadLines(Path.Combine(Repository.Root, "docs/metrics.md"))
        .Select(static line => TableRow().Match(line))
        .Where(static row => row.Success)
        .Select(static row => new TheoryDataRow<string, string, string>(row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value))];

    public static TheoryData<string> Queries
    {
        get
        {
            var rules = File.ReadLines(Path.Combine(Repository.Root, "deploy/prometheus/alerts.yml")).Select(static line => line.Trim()).Where(static line => line.StartsWith("expr: ", StringComparison.Ordinal)).Select(static line => line[6..]);
            using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "deploy/grafana/dashboard.json")));
            var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().SelectMany(static panel => panel.GetProperty("targets").EnumerateArray()).Select(static target => target.GetProperty("expr").GetString()!);
            return [.. rules.Concat(panels).ToList()];
        }
    }

    [Theory]
    [MemberData(nameof(Documented))]
    public void That_is_documented_appears_with_its_labels_and_moves(string name, string type, string labels)
    {
        var sample = type == "histogram" ? $"{name}_count" : name;
        Assert.True(lived.Seen.Has(sample), $"{sample} was never there.");
        if (name != "http_errors_total") Assert.True(lived.Seen.Moved(sample), $"{sample} never moved.");
        var there = lived.Seen.LabelsOf(sample);
        Assert.Equal(labels.Split(", ", StringSplitOptions.RemoveEmptyEntries).Order(), there.Order());
    }

    [Theory]
    [MemberData(nameof(Queries))]
    public void That_is_queried_is_there_with_the_labels_that_are_asked_for(string query)
    {
        foreach (var (metric, labels) in Asked(query))
        {
            Assert.True(lived.Seen.Has(metric) || SeldomSeen.Contains(metric), $"{metric} is not at /metrics: {query}");
            if (lived.Seen.Has(metric)) Assert.Empty(labels.Except(lived.Seen.LabelsOf(metric)).Except(["instance", "job"]));
        }
    }

    [Fact]
    public void Every_alert_names_a_page_that_is_there()
    {
        var pages = File.ReadLines(Path.Combine(Repository.Root, "deploy/prometheus/alerts.yml")).Select(static line => line.Trim()).Where(static line => line.StartsWith("runbook: ", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(pages);
        foreach (var page in pages) Assert.True(File.Exists(Path.Combine(Repository.Root, page[9..])), page);
    }

    [Fact]
    public async Task The_rules_pass_promtool_where_it_is_installed()
    {
        ProcessStartInfo start = new("promtool", ["check", "rules", Path.Combine(Repository.Root, "deploy/prometheus/alerts.yml")]) { RedirectStandardError = true, RedirectStandardOutput = true };
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(static place => File.Exists(Path.Combine(place, "promtool"))))
        {
            // The form that the rules keep to, for want of the tool.
            var lines = await File.ReadAllLinesAsync(Path.Combine(Repository.Root, "deploy/prometheus/alerts.yml"), TestContext.Current.CancellationToken);
            Assert.Equal(lines.Count(static line => line.StartsWith("      - alert: ", StringComparison.Ordinal)), lines.Count(static line => line.StartsWith("        expr: ", StringComparison.Ordinal)));
            return;
        }

        using var process = Process.Start(start)!;
        var said = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, said);
    }

    private static string SeldomSeen => File.ReadLines(Path.Combine(Repository.Root, "docs/metrics.md")).Single(static line => line.StartsWith("Seldom seen", StringComparison.Ordinal));

    /// <summary>The metrics of a query, each with the labels by which it is chosen or summed.</summary>
    private static IEnumerable<(string Metric, IReadOnlyList<string> Labels)> Asked(string query)
    {
        var grouped = Grouping().Matches(query).SelectMany(static match => match.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries)).Where(static label => label != "le").ToList();
        var bare = Grouping().Replace(query, " ");
        foreach (Match found in Metric().Matches(Quoted().Replace(bare, "\"\"")))
        {
            var name = found.Groups["name"].Value;
            if (s_words.Contains(name)) continue;
            var chosen = found.Groups["labels"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(static pair => pair.Split('=', '!')[0]);
            yield return (name, [.. chosen.Concat(grouped)]);
        }
    }

    [GeneratedRegex(@"^\| `([a-z_]+)` \| (\w+) \| ([a-z_, ]*?) ?\|")]
    private static partial Regex TableRow();

    [GeneratedRegex(@"\bby \(([^)]*)\)")]
    private static partial Regex Grouping();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?<![\w$])(?<name>[a-z][a-z_]+)(\{(?<labels>[^}]*)\})?")]
    private static partial Regex Metric();
}
