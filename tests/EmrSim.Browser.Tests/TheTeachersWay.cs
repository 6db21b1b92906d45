using EmrSim.Browser.Tests.Kit;
using EmrSim.Server.Tests.Processes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EmrSim.Browser.Tests;

public sealed class ChromiumAtASchool : Chromium
{
    public const string Key = "chalk and cheese";

    protected override Task<ServerProcess> StartServerAsync() => ServerProcess.StartAsync(new Dictionary<string, string> { ["TEACHER_KEY"] = Key });
}

public sealed class TheTeachersWay(ChromiumAtASchool chromium) : IClassFixture<ChromiumAtASchool>
{
    [Fact]
    public async Task Leads_by_the_key_to_a_running_encounter_and_to_what_is_behind_its_case()
    {
        var student = await Student.BeginAsync(await chromium.OpenAsync());
        await student.SayAsync("Hello, I am Robin, the student.");
        var page = await SignInAsync("/#/teacher");
        await page.GetByRole(AriaRole.Link, new() { Name = "Daniel Okafor" }).First.ClickAsync();
        await Expect(page.Locator("#conversation li")).ToHaveCountAsync(2);
        await student.SayAsync("When did it start?");
        await Expect(page.Locator("#conversation li")).ToHaveCountAsync(4);
        await Expect(page.GetByText("patellofemoral").First).ToBeVisibleAsync();
        await student.Page.GetByRole(AriaRole.Button, new() { Name = "Examination" }).ClickAsync();
        await Expect(page.Locator(".watch .page-head").GetByText("· Examination")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Finds_transcripts_by_what_was_said()
    {
        var student = await Student.BeginAsync(await chromium.OpenAsync());
        await student.SayAsync("Do zeppelins make it worse?");
        await student.EndAsync();
        var page = await SignInAsync("/#/teacher/transcripts");
        await page.GetByRole(AriaRole.Searchbox).FillAsync("ZEPPELIN");
        await Expect(page.Locator("mark")).ToHaveTextAsync("zeppelin");
        await Expect(page.Locator(".encounter-row")).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Searchbox).FillAsync("never said by anyone");
        await Expect(page.GetByText("Nothing found.")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Shows_every_case_with_its_checklist_findings_sources_and_validation()
    {
        var page = await SignInAsync("/#/teacher/cases");
        await Expect(page.GetByText("Sound").First).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Pain at the front of the knee" }).ClickAsync();
        foreach (var part in new[] { "Diagnosis", "Checklist", "What is found", "Sources", "Validation" }) await Expect(page.Locator("summary", new() { HasTextString = part })).ToBeVisibleAsync();
        await Expect(page.GetByText("Critical").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Is_closed_to_a_wrong_key_and_after_signing_out()
    {
        var page = await chromium.OpenAsync("/#/teacher");
        await page.GetByLabel("Teacher key").FillAsync("guess");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByText("This key does not open the door.")).ToBeVisibleAsync();
        await Axe.CheckEverywhereAsync(page, "sign-in");
        await page.GetByLabel("Teacher key").FillAsync(ChromiumAtASchool.Key);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page.GetByLabel("Teacher key")).ToBeVisibleAsync();
        await page.GotoAsync("/#/status");
        await Expect(page.GetByLabel("Teacher key")).ToBeVisibleAsync();
    }

    private async Task<IPage> SignInAsync(string path)
    {
        var page = await chromium.OpenAsync(path);
        await page.GetByLabel("Teacher key").FillAsync(ChromiumAtASchool.Key);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        return page;
    }
}
