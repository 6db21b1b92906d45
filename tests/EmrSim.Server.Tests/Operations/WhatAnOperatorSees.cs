using System.Net;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Operations;

public sealed class WhatAnOperatorSees(SharedServer shared) : IClassFixture<SharedServer>
{
    private readonly HttpClient _http = shared.Http;

    [Theory]
    [InlineData("/health")]
    [InlineData("/api/health")]
    public async Task Health_has_the_fields_that_clients_know(string path)
    {
        using var answer = await _http.GetAnswerAsync(path);
        var health = await answer.JsonAsync();
        Assert.Equal((true, "healthy", "ok", "err", "sqlite"), (
            health.GetProperty("ok").GetBoolean(),
            health.GetProperty("status").GetString(),
            health.GetProperty("db").GetString(),
            health.GetProperty("openai").GetString(),
            health.GetProperty("storage").GetString()));
        Assert.True(health.GetProperty("uptime_s").GetInt32() >= 0);
        Assert.Equal(0, health.GetProperty("warnings").GetArrayLength());
        Assert.False(health.GetProperty("features").GetProperty("voiceEnabled").GetBoolean());
        Assert.True(health.GetProperty("features").GetProperty("spsEnabled").GetBoolean());
        Assert.False(health.GetProperty("redis").GetProperty("connected").GetBoolean());
        Assert.Equal("memory", health.GetProperty("tiers")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Health_shows_the_flags_in_every_spelling()
    {
        await using var server = await ServerProcess.StartAsync(new Dictionary<string, string> { ["VOICE_DEBUG"] = "On", ["SPS_ENABLED"] = "disabled", ["VOICE_ENABLED"] = "yes" });
        using var answer = await server.Http.GetAnswerAsync("/health");
        var features = (await answer.JsonAsync()).GetProperty("features");
        Assert.Equal((true, false, true), (features.GetProperty("voiceDebug").GetBoolean(), features.GetProperty("spsEnabled").GetBoolean(), features.GetProperty("voiceEnabled").GetBoolean()));
    }

    [Theory]
    [InlineData("/version")]
    [InlineData("/api/version")]
    public async Task Version_says_since_when_it_runs(string path)
    {
        using var answer = await _http.GetAnswerAsync(path);
        var version = await answer.JsonAsync();
        Assert.Equal(DateTimeKind.Utc, version.GetProperty("buildTime").GetDateTime().Kind);
        Assert.Equal("development", version.GetProperty("env").GetString());
    }

    [Fact]
    public async Task Metrics_count_requests_by_method_and_status()
    {
        using (await _http.GetAnswerAsync("/nowhere-at-all"))
        {
        }

        using var answer = await _http.GetAnswerAsync("/metrics");
        Assert.Equal("text/plain", answer.Content.Headers.ContentType?.MediaType);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        foreach (var name in (string[])["http_requests_total", "http_requests_by_method_total{method=\"GET\"}", "http_requests_by_status_total{status=\"404\"}", "http_response_time_milliseconds{quantile=\"0.95\"}", "http_response_time_milliseconds_sum", "http_errors_total 0", "http_error_rate_percent", "process_uptime_milliseconds", "process_working_set_bytes", "transcript_broadcasted_total{role=\"user\"}", "transcript_dedupe_drops_total{role=\"assistant\"}", "kestrel_active_connections"])
            Assert.Contains(name, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_come_as_json_too()
    {
        using var answer = await _http.GetAnswerAsync("/api/metrics");
        var metrics = await answer.JsonAsync();
        Assert.True(metrics.GetProperty("requests").GetProperty("total").GetInt64() > 0);
        Assert.True(metrics.GetProperty("responseTime").GetProperty("p99").GetDouble() >= metrics.GetProperty("responseTime").GetProperty("p50").GetDouble());
        Assert.True(metrics.GetProperty("uptime").GetDouble() > 0);
        Assert.True(metrics.GetProperty("transcripts").TryGetProperty("dedupeDrops", out _));
    }

    [Fact]
    public async Task The_api_document_has_the_routes()
    {
        using var answer = await _http.GetAnswerAsync("/openapi/v1.json");
        var paths = (await answer.JsonAsync()).GetProperty("paths");
        foreach (var path in (string[])["/health", "/api/sessions", "/api/sessions/{id}/end", "/api/sessions/{id}/turns", "/api/sessions/{id}/messages", "/api/voice/token", "/api/voice/sdp", "/api/sps/personas", "/api/transcript/relay/{sessionId}"])
            Assert.True(paths.TryGetProperty(path, out _), $"{path} is not in the document.");
    }

    [Fact]
    public async Task The_program_stops_in_order_when_it_is_told_to()
    {
        await using var server = await ServerProcess.StartAsync();
        using var listening = await server.Http.GetAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, listening.StatusCode);
        Assert.Equal(0, await server.StopAsync());
        Assert.DoesNotContain("fail:", server.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_start_is_told_in_a_few_plain_lines()
    {
        await using var server = await ServerProcess.StartAsync();
        await Eventually.TrueAsync(() => server.Output.Contains("Voice is off", StringComparison.Ordinal), TimeSpan.FromSeconds(5), () => server.Output);
        Assert.Contains($"listens on http://127.0.0.1:{server.Port}", server.Output, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(server.DataDirectory, "emrsim.db"), server.Output, StringComparison.Ordinal);
        Assert.Contains("these tiers: memory", server.Output, StringComparison.Ordinal);
        Assert.Contains("single instance", server.Output, StringComparison.Ordinal);
        Assert.InRange(server.Output.Split('\n').Length, 4, 12);
    }
}
