using System.Text.Json;
using EmrSim.Browser.Tests.Kit;
using EmrSim.Server.Tests;
using EmrSim.Server.Tests.Processes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EmrSim.Browser.Tests;

public sealed class Budgets(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task The_first_load_and_the_way_into_an_encounter_stay_small()
    {
        var page = await chromium.OpenAsync();
        await Expect(page.GetByText("You practise").First).ToBeVisibleAsync();
        Within("page.first_load.kilobytes", await TransferredAsync(page));
        await Student.BeginAsync(page);
        Within("page.encounter.kilobytes", await TransferredAsync(page));
    }

    [Fact]
    public async Task What_never_changes_is_kept_by_the_browser_and_the_rest_is_asked_for_again()
    {
        using var first = await chromium.Server.Http.GetAnswerAsync("/");
        Assert.Equal("no-cache", first.Headers.CacheControl?.ToString());
        var script = (await first.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('"').First(text => text.StartsWith("/assets/", StringComparison.Ordinal));
        using var asset = await chromium.Server.Http.GetAnswerAsync(script);
        Assert.Contains("immutable", asset.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
        using var again = new HttpRequestMessage(HttpMethod.Get, new Uri("/", UriKind.Relative));
        again.Headers.TryAddWithoutValidation("If-None-Match", first.Headers.ETag!.ToString());
        using var unchanged = await chromium.Server.Http.SendAsync(again, TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.NotModified, unchanged.StatusCode);
        using var compressed = new HttpRequestMessage(HttpMethod.Get, new Uri(script, UriKind.Relative));
        compressed.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip;q=0, br");
        using var small = await chromium.Server.Http.SendAsync(compressed, TestContext.Current.CancellationToken);
        Assert.Equal("br", small.Content.Headers.ContentEncoding.Single());
    }

    [Fact]
    public async Task The_first_click_can_be_made_soon()
    {
        var (cold, warm) = (new List<double>(), new List<double>());
        for (var i = 0; i < 5; i++)
        {
            var person = await chromium.PersonAsync();
            cold.Add(await InteractiveAsync(await person.NewPageAsync()));
            warm.Add(await InteractiveAsync(await person.NewPageAsync()));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"Interactive after {cold.Order().ElementAt(2):0} ms cold, {warm.Order().ElementAt(2):0} ms warm");
        Within("page.interactive_cold.milliseconds", cold.Order().ElementAt(2), otherwise: 10_000);
        Within("page.interactive_warm.milliseconds", warm.Order().ElementAt(2), otherwise: 10_000);
    }

    /// <summary>9 Mbit/s down, 60 ms from browser to server: what the developer tools of Chromium call fast 4G.</summary>
    [Fact]
    public async Task The_first_click_can_be_made_soon_on_a_phone_s_network()
    {
        var times = new List<double>();
        for (var i = 0; i < 3; i++)
        {
            var page = await (await chromium.PersonAsync()).NewPageAsync();
            var network = await page.Context.NewCDPSessionAsync(page);
            await network.SendAsync("Network.enable");
            await network.SendAsync("Network.emulateNetworkConditions", new() { ["offline"] = false, ["latency"] = 60, ["downloadThroughput"] = 9_000_000 / 8, ["uploadThroughput"] = 1_500_000 / 8 });
            times.Add(await InteractiveAsync(page));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"Interactive on 4G after {times.Order().ElementAt(1):0} ms");
        Within("page.interactive_4g.milliseconds", times.Order().ElementAt(1), otherwise: 10_000);
    }

    /// <summary>Times say little on a busy machine, so they are held to their budgets only when that is asked for.</summary>
    internal static void Within(string budget, double milliseconds, double otherwise)
    {
        if (Environment.GetEnvironmentVariable("PAGE_TIMES") == "1") Within(budget, milliseconds);
        else Assert.True(milliseconds < otherwise, $"{budget} is {milliseconds:0}.");
    }

    private static async Task<double> InteractiveAsync(IPage page)
    {
        await page.AddInitScriptAsync("new MutationObserver((_, seen) => { if (document.querySelector('.card a')) { globalThis.usable = performance.now(); seen.disconnect(); } }).observe(document, { childList: true, subtree: true })");
        await page.GotoAsync("/");
        return await page.EvaluateAsync<double>("() => new Promise(done => { const look = () => globalThis.usable ? done(usable) : setTimeout(look, 5); look(); })");
    }

    private static Task<double> TransferredAsync(IPage page) => page.EvaluateAsync<double>(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].filter(entry => !entry.name.includes('/api/') && !entry.name.includes('/media/')).reduce((sum, entry) => sum + entry.transferSize, 0) / 1000");

    private static void Within(string budget, double value)
    {
        using var budgets = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "bench", "budgets.json")));
        var most = budgets.RootElement.GetProperty(budget).GetProperty("atMost").GetDouble();
        Assert.True(value <= most, $"{budget} is {value:0}, at most {most:0}.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{budget}: {value:0}");
    }
}
