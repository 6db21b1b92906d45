using System.Diagnostics;
using System.Net;
using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Processes;
using EmrSim.Tests.Servers;

namespace EmrSim.Server.Tests.Storage;

/// <summary>A PostgreSQL that is there and says nothing: connections stay open and no answer comes.</summary>
public sealed class HangingDatabase
{
    // 4 s for the command that hangs, half a second to call it off, 3 s for whoever waited behind it; the rest is for a slow machine.
    private static readonly TimeSpan s_budget = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Is_told_within_the_budget_and_costs_nothing_that_was_acknowledged()
    {
        await using var postgres = new PostgresServer();
        using var place = new Place(await postgres.CreateDatabaseAsync());
        await using var server = await place.StartAsync();
        var session = await Session.BeginAsync(server.Http);
        await session.RelayedAsync(Words("before"));

        await postgres.FreezeAsync();
        var watch = Stopwatch.StartNew();
        await Eventually.TrueAsync(
            async () =>
            {
                using var ready = await server.Http.GetAnswerAsync("/health/ready");
                return ready.StatusCode == HttpStatusCode.ServiceUnavailable;
            },
            s_budget,
            () => "It went on being ready.");
        using var health = await server.Http.GetAnswerAsync("/health");
        await health.RefusedAsync(HttpStatusCode.InternalServerError, "db");
        using var live = await server.Http.GetAnswerAsync("/health/live");
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, s_budget);

        await Task.WhenAll(Enumerable.Range(0, 12).Select(n => RefusedInTimeAsync(n % 3 == 0 ? server.Http.GetAnswerAsync($"{session.Path}/turns") : session.RelayAsync(Words($"meanwhile {n}")))));

        await postgres.ThawAsync();
        await Eventually.TrueAsync(() => server.AnswersAsync("/health/ready"), s_patience, () => $"It was never ready again:\n{server.Output}");
        await session.RelayedAsync(Words("after"));
        foreach (var n in Enumerable.Range(0, 12).Where(n => n % 3 != 0)) await session.RelayedAsync(Words($"meanwhile {n}"));
        var kept = await session.WordsAsync();
        Assert.Equal(kept.Distinct(), kept);
        Assert.Equal(10, kept.Count);
    }

    private static object Words(string words) => new { role = "user", text = words, itemId = words, isFinal = true };

    private static async Task RefusedInTimeAsync(Task<HttpResponseMessage> asked)
    {
        var watch = Stopwatch.StartNew();
        using var response = await asked;
        await response.RefusedAsync(HttpStatusCode.ServiceUnavailable, "storage_unavailable");
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, s_budget);
    }
}
