using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EmrSim.Browser.Tests;

public sealed class AnEncounterByText(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task Goes_from_the_choice_of_a_case_to_the_printable_transcript()
    {
        var page = await chromium.OpenAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Begin the encounter" }).ClickAsync();
        await SayAsync(page, "Hello, my name is Robin and I am a physical therapy student.");
        await SayAsync(page, "Where does it hurt?");
        await Expect(page.Locator("#transcript li")).ToHaveCountAsync(4);

        var second = await chromium.OpenAsync($"/{new Uri(page.Url).Fragment}");
        await Expect(second.Locator("#transcript li")).ToHaveCountAsync(4);
        await SayAsync(page, "When did it start?");
        await Expect(second.Locator("#transcript li")).ToHaveCountAsync(6);
        await Expect(second.Locator("#transcript li").Nth(4)).ToContainTextAsync("When did it start?");

        await page.GetByLabel("Phase").SelectOptionAsync("objective");
        await Expect(second.GetByLabel("Phase")).ToHaveValueAsync("objective");

        await page.GetByRole(AriaRole.Button, new() { Name = "End the encounter" }).ClickAsync();
        await Expect(page.GetByText("6 of 6 utterances are in the transcript.")).ToBeVisibleAsync();
        await Expect(second.GetByText("The encounter has ended")).ToBeVisibleAsync();

        var print = await page.RunAndWaitForPopupAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Read and print" }).ClickAsync());
        await Expect(print.GetByText("Where does it hurt?")).ToBeVisibleAsync();
        await Expect(print.GetByText("Student:").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Shows_the_words_as_words_whatever_is_in_them()
    {
        var page = await chromium.OpenAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Begin the encounter" }).ClickAsync();
        await SayAsync(page, "<img src=x onerror=alert(1)> & <b>bold</b>");
        await Expect(page.Locator("#transcript li").First).ToContainTextAsync("<img src=x onerror=alert(1)> & <b>bold</b>");
    }

    [Fact]
    public async Task Says_what_is_wrong_when_the_address_names_no_encounter()
    {
        var page = await chromium.OpenAsync("/#encounter/nobody");
        await Expect(page.GetByRole(AriaRole.Alert)).Not.ToBeEmptyAsync();
    }

    [Fact]
    public async Task Has_a_readable_page_of_the_api()
    {
        var page = await chromium.OpenAsync("/api-docs");
        await Expect(page.GetByText("Encounters with simulated patients").First).ToBeVisibleAsync();
        await Expect(page.GetByText("/health/ready").First).ToBeVisibleAsync();
    }

    private static async Task SayAsync(IPage page, string words)
    {
        var before = await page.Locator("#transcript li[data-settled]").CountAsync();
        await page.GetByLabel("Your words to the patient").FillAsync(words);
        await page.GetByRole(AriaRole.Button, new() { Name = "Say" }).ClickAsync();
        await Expect(page.Locator("#transcript li[data-settled]")).ToHaveCountAsync(before + 2);
    }
}
