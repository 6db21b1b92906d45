using EmrSim.Browser.Tests.Kit;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EmrSim.Browser.Tests;

public sealed class Accessibility(Chromium chromium) : IClassFixture<Chromium>
{
    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 2560)]
    [InlineData(ColorScheme.Light, 320)]
    public async Task No_view_has_a_violation(ColorScheme scheme, int width)
    {
        var page = await chromium.OpenAsync(person: new() { ColorScheme = scheme, ViewportSize = new() { Width = width, Height = 800 }, ReducedMotion = ReducedMotion.Reduce });
        await Expect(page.GetByText("You practise").First).ToBeVisibleAsync();
        await Axe.CheckAsync(page, "cases");
        await page.GotoAsync("/#/cases/sc_knee_stairs_and_running_v1");
        await Expect(page.GetByText("Voice is not set up")).ToBeVisibleAsync();
        await Axe.CheckAsync(page, "before the start");
        await page.GetByRole(AriaRole.Button, new() { Name = "Begin the encounter" }).ClickAsync();
        var student = new Student(page);
        await student.SayAsync("Hello, I am Robin. Can you show me on a body chart where it hurts?");
        await page.GetByRole(AriaRole.Button, new() { Name = "Examination" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Examination" })).ToHaveAttributeAsync("aria-current", "step");
        await Axe.CheckAsync(page, "encounter");
        var id = student.EncounterId;
        await page.GetByRole(AriaRole.Button, new() { Name = "Enlarge" }).ClickAsync();
        await Axe.CheckAsync(page, "picture");
        await page.Keyboard.PressAsync("Escape");
        await page.GetByRole(AriaRole.Button, new() { Name = "End", Exact = true }).ClickAsync();
        await Axe.CheckAsync(page, "end");
        await page.GetByRole(AriaRole.Button, new() { Name = "End the encounter" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Reflection and transcript" }).ClickAsync();
        await Expect(page.GetByLabel("What went well?")).ToBeVisibleAsync();
        await Axe.CheckAsync(page, "reflection");
        await page.GetByRole(AriaRole.Button, new() { Name = "Later" }).ClickAsync();
        await Expect(page.GetByText("utterances are in the transcript")).ToBeVisibleAsync();
        await Axe.CheckAsync(page, "transcript");
        await LookAtAsync(page, "/#/teacher/transcripts", "Daniel Okafor");
        await LookAtAsync(page, $"/#/teacher/watch/{id}", "What is found");
        await LookAtAsync(page, "/#/teacher/cases", "Sound");
        await LookAtAsync(page, "/#/teacher/cases/sc_knee_stairs_and_running_v1", "Critical");
        await LookAtAsync(page, "/#/status", "at most");
    }

    [Fact]
    public async Task An_encounter_can_be_held_with_the_keyboard_alone()
    {
        var page = await chromium.OpenAsync();
        await Expect(page.GetByText("You practise").First).ToBeVisibleAsync();
        await TabToAsync(page, "Pain at the front of the knee in a recreational runner");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "In the room" })).ToBeVisibleAsync();
        await TabToAsync(page, "Begin the encounter");
        await page.Keyboard.PressAsync("Enter");
        var student = new Student(page);
        await student.IsConnectedAsync("live");
        await Expect(student.Words).ToBeFocusedAsync();
        await page.Keyboard.TypeAsync("Hello, I am Robin.");
        await page.Keyboard.PressAsync("Enter");
        await Expect(student.Said).ToHaveCountAsync(2);
        await Expect(student.Words).ToBeFocusedAsync();
        await TabToAsync(page, "Examination", backwards: true);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Examination" })).ToHaveAttributeAsync("aria-current", "step");
        await TabToAsync(page, "End", backwards: true);
        await page.Keyboard.PressAsync("Enter");
        await TabToAsync(page, "End the encounter");
        await page.Keyboard.PressAsync("Enter");
        var onward = page.GetByRole(AriaRole.Link, new() { Name = "Reflection and transcript" });
        await Expect(onward).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByLabel("What went well?")).ToBeVisibleAsync();
        await TabToAsync(page, "What went well?");
        await page.Keyboard.TypeAsync("The greeting.");
        await TabToAsync(page, "Keep and go on");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.GetByText("2 of 2 utterances are in the transcript.")).ToBeVisibleAsync();
    }

    private static async Task LookAtAsync(IPage page, string path, string words)
    {
        await page.GotoAsync(path);
        await Expect(page.GetByText(words).First).ToBeVisibleAsync();
        await Axe.CheckAsync(page, path);
    }

    private static async Task TabToAsync(IPage page, string name, bool backwards = false)
    {
        for (var i = 0; i < 80; i++)
        {
            await page.Keyboard.PressAsync(backwards ? "Shift+Tab" : "Tab");
            var at = await page.EvaluateAsync<string>("(document.activeElement.labels?.[0]?.innerText ?? document.activeElement.innerText ?? '').trim()");
            if (at.StartsWith(name, StringComparison.Ordinal) || at.EndsWith(name, StringComparison.Ordinal)) return;
        }

        Assert.Fail($"{name} was not reached by the keyboard.");
    }
}
