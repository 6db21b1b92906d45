using EmrSim.Browser.Tests.Kit;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EmrSim.Browser.Tests;

public sealed class TheStudentsWay(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task Goes_from_the_library_by_text_to_the_transcript()
    {
        var page = await chromium.OpenAsync();
        await page.GetByRole(AriaRole.Searchbox).FillAsync("stairs");
        await Expect(page.GetByText("1 case", new() { Exact = true })).ToBeVisibleAsync();
        var student = await Student.BeginAsync(page);
        await student.SayAsync("Hello, my name is Robin and I am a physical therapy student.");
        await student.SayAsync("May I have your name and date of birth, please?");
        await Expect(page.Locator(".gates .done")).Not.ToHaveCountAsync(0);

        var second = new Student(await chromium.OpenAsync($"/{new Uri(page.Url).Fragment}"));
        await Expect(second.Said).ToHaveCountAsync(4);
        await student.SayAsync("When did it start?");
        await Expect(second.Said).ToHaveCountAsync(6);
        await Expect(second.Said.Nth(4)).ToContainTextAsync("When did it start?");
        await page.GetByRole(AriaRole.Button, new() { Name = "Examination" }).ClickAsync();
        await Expect(second.Page.GetByRole(AriaRole.Button, new() { Name = "Examination" })).ToHaveAttributeAsync("aria-current", "step");
        await page.GetByRole(AriaRole.Button, new() { Name = "Gait", Exact = true }).ClickAsync();
        await Expect(student.Said).ToHaveCountAsync(8);

        await student.EndAsync();
        await Expect(second.Page.Locator("[data-done=true]")).ToHaveCountAsync(3);
        await page.GetByRole(AriaRole.Link, new() { Name = "Reflection and transcript" }).ClickAsync();
        await page.GetByLabel("What went well?").FillAsync("I greeted <b>her</b>.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Keep and go on" }).ClickAsync();
        await Expect(page.GetByText("8 of 8 utterances are in the transcript.")).ToBeVisibleAsync();
        await Expect(page.GetByText("I greeted <b>her</b>.")).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(page.GetByText("I greeted <b>her</b>.")).ToBeVisibleAsync();
        await DownloadsAsync(page);
    }

    [Fact]
    public async Task Shows_the_words_as_words_whatever_is_in_them()
    {
        var student = await Student.BeginAsync(await chromium.OpenAsync());
        await student.SayAsync("<img src=x onerror=alert(1)> & <b>bold</b>");
        await Expect(student.Said.First).ToContainTextAsync("<img src=x onerror=alert(1)> & <b>bold</b>");
    }

    [Fact]
    public async Task Shows_pictures_in_place_and_enlarges_them()
    {
        var student = await Student.BeginAsync(await chromium.OpenAsync());
        await student.SayAsync("Hello, I am Robin. Can you show me on a body chart where it hurts?");
        await student.Page.GetByRole(AriaRole.Button, new() { Name = "Enlarge" }).ClickAsync();
        await Expect(student.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Img)).ToBeVisibleAsync();
        await student.Page.Keyboard.PressAsync("Escape");
        await Expect(student.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Gives_the_diagnosis_to_no_student_on_a_laptop_that_is_its_teachers_too()
    {
        using var response = await chromium.Server.Http.GetAsync(new Uri("/api/sps/scenarios/sc_knee_stairs_and_running_v1?audience=student", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.DoesNotContain("patellofemoral", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.OrdinalIgnoreCase);
        var page = await chromium.OpenAsync();
        await Expect(page.GetByText("You practise").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Has_a_readable_page_of_the_api()
    {
        var page = await chromium.OpenAsync("/api-docs");
        await Expect(page.GetByText("Encounters with simulated patients").First).ToBeVisibleAsync();
        await Expect(page.GetByText("/health/ready").First).ToBeVisibleAsync();
    }

    private static async Task DownloadsAsync(IPage page)
    {
        foreach (var form in new[] { "JSON", "Text", "WebVTT" })
        {
            var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = form, Exact = true }).ClickAsync());
            using var reader = new StreamReader(await download.CreateReadStreamAsync());
            Assert.Contains("When did it start?", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        }

        var print = await page.RunAndWaitForPopupAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "Print view" }).ClickAsync());
        await Expect(print.GetByText("When did it start?")).ToBeVisibleAsync();
    }
}
