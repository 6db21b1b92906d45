using EmrSim.Browser.Tests.Kit;
using static Microsoft.Playwright.Assertions;

namespace EmrSim.Browser.Tests;

public sealed class QuietSockets(Chromium chromium) : IClassFixture<Chromium>
{
    /// <summary>Longer than the page waits before it takes a silent socket for dead.</summary>
    [Fact]
    public async Task Stay_connected_while_nothing_is_said()
    {
        var student = await Student.BeginAsync(await chromium.OpenAsync());
        var seen = await student.Page.EvaluateAsync<string[]>(
            "() => new Promise(done => { const line = document.querySelector('[data-connection]'); const seen = [line.dataset.connection]; new MutationObserver(() => seen.push(line.dataset.connection)).observe(line, { attributes: true, attributeFilter: ['data-connection'] }); setTimeout(() => done(seen), 20000); })");
        Assert.All(seen, state => Assert.Equal("live", state));
        await Expect(student.Page.Locator("[data-failures='0']")).ToBeVisibleAsync();
    }
}
