using EmrSim.Browser.Tests.Kit;
using EmrSim.Server.Tests.Processes;
using EmrSim.Tests.Servers;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EmrSim.Browser.Tests;

public sealed class ChromiumBesideRedis : Chromium
{
    public RedisServer Redis { get; private set; } = null!;

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (Redis is not null) await Redis.DisposeAsync();
    }

    protected override async Task<ServerProcess> StartServerAsync()
    {
        Redis = await RedisServer.StartAsync();
        return await ServerProcess.StartAsync(new Dictionary<string, string> { ["SESSION_STORE_URL"] = Redis.Url });
    }
}

public sealed class TheOperatorsWay(ChromiumBesideRedis chromium) : IClassFixture<ChromiumBesideRedis>
{
    [Fact]
    public async Task Sees_at_a_glance_that_a_server_is_away_and_back_and_students_are_told_quietly()
    {
        var student = await Student.BeginAsync(await chromium.OpenAsync());
        var page = await chromium.OpenAsync("/#/status");
        await Expect(page.GetByText("Everything works.")).ToBeVisibleAsync();
        await Expect(page.GetByText("Answers you")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Img, new() { Name = "Requests" })).ToBeVisibleAsync();

        await chromium.Redis.KillAsync();
        await Expect(page.GetByText("Working, with a part down.")).ToBeVisibleAsync();
        await Expect(page.GetByText("Left out")).ToBeVisibleAsync();
        await student.IsConnectedAsync("degraded");
        await student.SayAsync("Hello, I am Robin.");

        await chromium.Redis.RunAsync();
        await Expect(page.GetByText("Everything works.")).ToBeVisibleAsync();
        await student.IsConnectedAsync("live");
    }
}
