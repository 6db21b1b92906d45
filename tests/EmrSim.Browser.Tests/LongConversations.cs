using EmrSim.Browser.Tests.Kit;
using EmrSim.Server.Tests.Processes;
using static Microsoft.Playwright.Assertions;

namespace EmrSim.Browser.Tests;

public sealed class LongConversations(Chromium chromium) : IClassFixture<Chromium>
{
    private const int Turns = 2000;

    [Fact]
    public async Task Of_two_thousand_turns_are_shown_whole_and_take_another_word_at_once()
    {
        var student = await Student.BeginAsync(await chromium.OpenAsync());
        var turns = Enumerable.Range(0, Turns).Select(n => new { role = n % 2 == 0 ? "user" : "assistant", text = $"Turn {n} of a very long conversation.", item_id = $"turn-{n}", previous_item_id = n == 0 ? null : $"turn-{n - 1}" });
        using (var saved = await chromium.Server.Http.PostAsync($"/api/sessions/{student.EncounterId}/sps/turns", new { turns })) Assert.True(saved.IsSuccessStatusCode);
        await Expect(student.Said).ToHaveCountAsync(Turns, new() { Timeout = 60_000 });
        Assert.Equal($"turn-{Turns - 1}", await student.Said.Last.GetAttributeAsync("data-item"));

        // What is out of sight must not be laid out: that is what would stall the scrolling.
        var sizes = await student.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('.said')].slice(0, 50).map(said => getComputedStyle(said).contentVisibility)");
        Assert.All(sizes, visibility => Assert.Equal("auto", visibility));
        await student.Page.ReloadAsync();
        await Expect(student.Said).ToHaveCountAsync(Turns, new() { Timeout = 60_000 });
        await student.SayAsync("And now?");
        await ScrollAsync(student);
    }

    /// <summary>From the end to the beginning and back, a thousand pixels a frame, while words come.</summary>
    private async Task ScrollAsync(Student student)
    {
        await student.Page.EvaluateAsync("globalThis.longest = 0; new PerformanceObserver(seen => { for (const task of seen.getEntries()) longest = Math.max(longest, task.duration); }).observe({ type: 'longtask' })");
        var scrolled = student.Page.EvaluateAsync<int>(
            """
            () => new Promise(done => {
              const box = document.querySelector('.scroll');
              let [frames, way] = [0, -1000];
              const step = () => {
                box.scrollBy(0, way);
                frames++;
                if (box.scrollTop === 0) way = 1000;
                if (way > 0 && box.scrollHeight - box.scrollTop - box.clientHeight < 1) return done(frames);
                requestAnimationFrame(step);
              };
              step();
            })
            """);
        for (var n = 0; n < 10; n++)
        {
            using var relayed = await chromium.Server.Http.PostAsync($"/api/transcript/relay/{student.EncounterId}", new { role = "user", text = "And another.", itemId = $"meanwhile-{n}" });
            Assert.True(relayed.IsSuccessStatusCode);
        }

        await Expect(student.Page.Locator("[data-item=meanwhile-9]")).ToHaveCountAsync(1);
        Assert.True(await scrolled > 100, "There was nothing to scroll.");
        var longest = await student.Page.EvaluateAsync<double>("new Promise(done => requestIdleCallback(() => done(longest)))");
        TestContext.Current.TestOutputHelper?.WriteLine($"The longest task while 2,000 turns are scrolled and words come: {longest:0} ms (0: none over 50 ms)");
        Budgets.Within("page.long_conversation.milliseconds", longest, otherwise: 3000);
    }
}
