using System.Diagnostics;
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
    }

    [Fact]
    public async Task Reach_the_screen_of_another_person_soon()
    {
        var student = await Student.BeginAsync(await chromium.OpenAsync());
        var watching = new Student(await chromium.OpenAsync($"/{new Uri(student.Page.Url).Fragment}"));
        await watching.IsConnectedAsync("live");
        var times = new List<double>();
        for (var n = 0; n < 11; n++)
        {
            var seen = watching.Page.EvaluateAsync("item => new Promise(done => { const look = () => document.querySelector(`[data-item=${item}]`) ? done(true) : setTimeout(look, 5); look(); })", $"quick-{n}");
            var watch = Stopwatch.StartNew();
            using var relayed = await chromium.Server.Http.PostAsync($"/api/transcript/relay/{student.EncounterId}", new { role = "user", text = "Quick.", itemId = $"quick-{n}" });
            await seen;
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        var median = times.Order().ElementAt(times.Count / 2);
        TestContext.Current.TestOutputHelper?.WriteLine($"From the relay to the screen: {median:0} ms");
        Assert.True(median < 2000, $"It took {median:0} ms.");
    }
}
