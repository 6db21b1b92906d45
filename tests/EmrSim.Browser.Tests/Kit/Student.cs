using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EmrSim.Browser.Tests.Kit;

/// <summary>What a student does with the page.</summary>
public sealed class Student(IPage page)
{
    public IPage Page => page;

    public ILocator Said => page.Locator("#conversation > li:not([data-state=waiting]):not([data-state=partial])");

    public ILocator Waiting => page.Locator("#conversation > li[data-state=waiting]");

    public ILocator Words => page.GetByLabel("Your words to");

    public string EncounterId => Uri.UnescapeDataString(page.Url.Split('/')[^1]);

    public static async Task<Student> BeginAsync(IPage page, string title = "Pain at the front of the knee")
    {
        var student = new Student(page);
        await page.GetByRole(AriaRole.Link, new() { Name = title }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Begin the encounter" }).ClickAsync();
        await student.IsConnectedAsync("live");
        return student;
    }

    public Task IsConnectedAsync(string state) => Expect(page.Locator("[data-connection]")).ToHaveAttributeAsync("data-connection", state);

    public async Task WriteAsync(string words)
    {
        await Words.FillAsync(words);
        await page.GetByRole(AriaRole.Button, new() { Name = "Say it" }).ClickAsync();
    }

    /// <summary>Says it and waits for the answer.</summary>
    public async Task SayAsync(string words)
    {
        var before = await Said.CountAsync();
        await WriteAsync(words);
        await Expect(Said).ToHaveCountAsync(before + 2);
    }

    public async Task EndAsync()
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "End", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "End the encounter" }).ClickAsync();
        await Expect(page.Locator("[data-done=true]")).ToHaveCountAsync(3);
    }
}
