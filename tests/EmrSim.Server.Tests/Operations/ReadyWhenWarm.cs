using System.Net;
using System.Text.RegularExpressions;
using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Operations;

/// <summary>A server says that it is ready when its first requests are quick, and warming leaves nothing behind.</summary>
public sealed partial class ReadyWhenWarm
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_server_that_is_ready_has_warmed_its_ways_and_counted_none_of_them()
    {
        await using var server = await ServerProcess.StartAsync();
        await Eventually.TrueAsync(() => Warmed().IsMatch(server.Output), s_patience, () => server.Output);
        var warmed = Warmed().Match(server.Output);
        Assert.True(int.Parse(warmed.Groups["asked"].Value, System.Globalization.CultureInfo.InvariantCulture) >= 1, warmed.Value);
        Assert.DoesNotContain("fail:", server.Output, StringComparison.Ordinal);

        using var metrics = await server.Http.GetAnswerAsync("/api/metrics");
        var routes = (await metrics.JsonAsync()).GetProperty("requests").GetProperty("byRoute").GetRawText();
        Assert.DoesNotContain("relay", routes, StringComparison.Ordinal);

        var session = await Session.BeginAsync(server.Http);
        await session.RelayedAsync(new { role = "user", text = "Hello", itemId = "first" });
        Assert.Single(await session.TurnsAsync());
    }

    [Fact]
    public async Task Health_is_answered_first_and_ready_only_when_warm()
    {
        await using var server = ServerProcess.Launch();
        await Eventually.TrueAsync(() => server.AnswersAsync("/health"), s_patience, () => server.Output);
        using var ready = await server.Http.GetAnswerAsync("/health/ready");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        // The line was logged before the answer; it only has to get here.
        await Eventually.TrueAsync(() => Warmed().IsMatch(server.Output), TimeSpan.FromSeconds(5), () => server.Output);
    }

    [GeneratedRegex(@"Ready: (?<asked>\d+) of \d+ ways were warmed in \d+ ms")]
    private static partial Regex Warmed();
}
