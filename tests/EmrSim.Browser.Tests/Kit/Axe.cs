using System.Text.Json;
using EmrSim.Server.Tests;
using Microsoft.Playwright;

namespace EmrSim.Browser.Tests.Kit;

/// <summary>WCAG 2.2 AA as far as a machine can judge it, and no scrolling sideways. Each view is kept as a picture, for people to judge.</summary>
public static class Axe
{
    private static readonly string s_screens = Path.Combine(Repository.Root, "artifacts", "screens");
    private const int EncounterIdLength = 22;
    private const string Rules = "{ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] }";

    public static async Task CheckAsync(IPage page, string view)
    {
        var axe = await File.ReadAllTextAsync(BrowserKit.PathOf("node_modules/axe-core/axe.min.js", needs: "axe-core"), TestContext.Current.CancellationToken);
        await page.EvaluateAsync($"if (!globalThis.axe) {{ {axe} }}");
        var found = await page.EvaluateAsync<JsonElement>($"async () => (await axe.run(document, {Rules})).violations.map(one => one.id + ': ' + one.help + ' at ' + one.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | '))");
        Assert.True(found.GetArrayLength() == 0, $"{view}: {string.Join('\n', found.EnumerateArray())}");
        await page.ScreenshotAsync(new() { Path = Path.Combine(s_screens, $"{await NameAsync(page, view)}.png") });
        var overflow = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.True(overflow <= 0, $"{view} is {overflow} px wider than the window.");
    }

    private static async Task<string> NameAsync(IPage page, string view)
    {
        var dark = await page.EvaluateAsync<bool>("matchMedia('(prefers-color-scheme: dark)').matches");
        // An encounter's address is another every time.
        var words = view.Split([' ', '/', '#', ','], StringSplitOptions.RemoveEmptyEntries).Where(static word => word.Length != EncounterIdLength);
        return $"{string.Join('-', words)}-{page.ViewportSize!.Width}-{(dark ? "dark" : "light")}";
    }

    /// <summary>In both colour schemes, on the narrowest and on the widest window.</summary>
    public static async Task CheckEverywhereAsync(IPage page, string view)
    {
        foreach (var (scheme, width) in new[] { (ColorScheme.Dark, 320), (ColorScheme.Light, 2560), (ColorScheme.Dark, 1280), (ColorScheme.Light, 320) })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            await page.SetViewportSizeAsync(width, 800);
            await CheckAsync(page, $"{view}, {scheme}, {width} px");
        }
    }
}
