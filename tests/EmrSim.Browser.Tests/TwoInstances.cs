using System.Text.Json;
using EmrSim.Browser.Tests.Kit;
using EmrSim.Server.Tests.Processes;
using static Microsoft.Playwright.Assertions;

namespace EmrSim.Browser.Tests;

public sealed class TwoInstances(ChromiumBesideTwo chromium) : IClassFixture<ChromiumBesideTwo>
{
    [Fact]
    public async Task Are_followed_without_sockets_where_the_network_blocks_them_and_with_them_once_it_lets_them_through()
    {
        await using var doorway = new Doorway(chromium.Server.Port, chromium.Second.Port) { TakesTurns = true, RefusesUpgrades = true };
        var student = await Student.BeginAsync(await chromium.OpenAsync(port: doorway.Port));
        await Expect(student.Page.Locator("[data-way=events]")).ToHaveTextAsync("Live, by the simpler connection that your network allows");
        var watching = new Student(await chromium.OpenAsync($"/{new Uri(student.Page.Url).Fragment}", doorway.Port));
        await watching.IsConnectedAsync("live");
        foreach (var question in new[] { "Hello, I am Robin, a student.", "When did it start?", "What makes it worse?" }) await student.SayAsync(question);
        await Expect(watching.Said).ToHaveCountAsync(6);
        await Expect(watching.Page.Locator(".gates .done")).ToHaveCountAsync(2);
        Assert.True(doorway.Refused > 0, "No socket was tried.");

        doorway.RefusesUpgrades = false;
        await Expect(student.Page.Locator("[data-way=socket][data-connection=live]")).ToHaveTextAsync("Live");
        await student.SayAsync("What makes it better?");
        await Expect(watching.Said).ToHaveCountAsync(8);
        await student.EndAsync();
        await Expect(watching.Page.Locator("[data-done=true]")).ToHaveCountAsync(3);
    }

    /// <summary>From the words' way to one instance to the frame in which they are drawn at the other.</summary>
    [Fact]
    public async Task Show_each_others_words_soon()
    {
        var student = await Student.BeginAsync(await chromium.OpenAsync());
        var watching = new Student(await chromium.OpenAsync($"/{new Uri(student.Page.Url).Fragment}", chromium.Second.Port));
        await watching.IsConnectedAsync("live");
        await watching.Page.EvaluateAsync(
            "globalThis.drawn = {}; new MutationObserver(changes => { for (const item of changes.flatMap(change => [...change.addedNodes])) if (item.dataset?.item) requestAnimationFrame(() => { drawn[item.dataset.item] = Date.now(); }); }).observe(document.getElementById('conversation'), { childList: true })");
        var sent = new List<long>();
        const int Words = 21;
        for (var n = 0; n < Words; n++)
        {
            sent.Add(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
            using var relayed = await chromium.Server.Http.PostAsync($"/api/transcript/relay/{student.EncounterId}", new { role = "user", text = "Quick.", itemId = $"quick-{n}" });
            await Expect(watching.Page.Locator($"[data-item=quick-{n}]")).ToBeVisibleAsync();
        }

        await watching.Page.WaitForFunctionAsync("count => Object.keys(drawn).length === count", Words);
        var drawn = await watching.Page.EvaluateAsync<JsonElement>("drawn");
        var times = sent.Select((at, n) => (double)(drawn.GetProperty($"quick-{n}").GetInt64() - at)).Order().ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"From one instance to the screen of the other: {times[Words / 2]:0} ms, at most {times[^1]:0} ms");
        Budgets.Within("page.other_instance.milliseconds", times[Words / 2], otherwise: 2000);
    }
}
