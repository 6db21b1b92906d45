using System.Collections.Concurrent;
using System.Net;
using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Transcripts;

public sealed class KillsOnSqlite(SqliteInstallation on) : Kills(on);

public sealed class KillsOnPostgres(PostgresInstallation on) : Kills(on);

public abstract class Kills(Installation on)
{
    private const int Callers = 120;

    [Fact]
    public async Task In_the_midst_of_writes_lose_nothing_that_was_acknowledged_and_double_nothing()
    {
        using var place = await on.NewPlaceAsync();
        var acknowledged = new ConcurrentBag<string>();
        List<Session> sessions = [];
        await using (var first = await place.StartAsync())
        {
            for (var n = 0; n < 8; n++) sessions.Add(await Session.BeginAsync(first.Http));
            var writing = Enumerable.Range(0, Callers).Select(caller => WriteAsync(sessions[caller % sessions.Count], caller, acknowledged)).ToList();
            await Eventually.TrueAsync(() => acknowledged.Count > 500, TimeSpan.FromSeconds(20), () => $"Only {acknowledged.Count} were acknowledged.");
            await first.KillAsync();
            await Task.WhenAll(writing);
        }

        await using var second = await place.StartAsync();
        var kept = new List<string>();
        foreach (var session in sessions) kept.AddRange(await session.At(second.Http).WordsAsync());
        Assert.Equal(kept.Distinct().Count(), kept.Count);
        Assert.Empty(acknowledged.Except(kept));

        // The client sends again what was not acknowledged, and what was.
        var again = sessions[0].At(second.Http);
        var before = await again.WordsAsync();
        foreach (var words in before.Take(20)) await again.RelayedAsync(Relay(words));
        Assert.Equal(before, await again.WordsAsync());
    }

    private static object Relay(string words) => new { role = "user", text = words, itemId = words, startedAt = 1_790_000_000_000 };

    private static async Task WriteAsync(Session session, int caller, ConcurrentBag<string> acknowledged)
    {
        try
        {
            for (var n = 0; ; n++)
            {
                var words = $"caller {caller} word {n}";
                using var response = await session.RelayAsync(Relay(words));
                Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
                acknowledged.Add(words);
            }
        }
        catch (HttpRequestException)
        {
            // The server was killed.
        }
    }
}
