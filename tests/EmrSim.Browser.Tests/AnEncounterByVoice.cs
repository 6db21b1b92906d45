using EmrSim.Browser.Tests.Kit;
using EmrSim.Server.Tests.Processes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EmrSim.Browser.Tests;

public sealed class AnEncounterByVoice(ChromiumWithVoice chromium) : IClassFixture<ChromiumWithVoice>
{
    [Fact]
    public async Task Is_held_with_a_button_from_the_first_word_to_the_transcript()
    {
        await chromium.Emulator.PlayAsync(
            ["Good morning, I am Robin, a student.", "Where does it hurt?"],
            ["Good morning, nice to meet you.", "At the front of my knee. [MEDIA:knee_pain_map] It began some weeks ago."]);
        var student = await CallAsync(push: true);
        var watching = new Student(await chromium.OpenAsync($"/{new Uri(student.Page.Url).Fragment}"));
        await TalkAsync(student);
        await Expect(student.Said.Nth(1)).ToContainTextAsync("Good morning, nice to meet you.");
        await Expect(student.Said.Nth(0)).ToContainTextAsync("Good morning, I am Robin, a student.");
        foreach (var one in new[] { student, watching }) await Expect(one.Page.Locator(".gates .done")).ToHaveTextAsync(["Greeting (done)", "Who you are (done)"]);
        await TalkAsync(student);
        await Expect(student.Said).ToHaveCountAsync(4);
        await Expect(watching.Said).ToHaveCountAsync(4);
        await Expect(student.Said.Nth(3).GetByRole(AriaRole.Img)).ToBeVisibleAsync();
        await Expect(student.Said.Nth(3)).Not.ToContainTextAsync("MEDIA");

        await student.EndAsync();
        Assert.Equal(
            ["user: Good morning, I am Robin, a student.", "assistant: Good morning, nice to meet you.", "user: Where does it hurt?", "assistant: At the front of my knee. It began some weeks ago."],
            await TranscriptAsync(student, 4));
        var call = await chromium.Emulator.LastCallAsync();
        Assert.True(call.GetProperty("packetsIn").GetInt32() > 20, "No sound reached the voice service.");
        Assert.True(call.GetProperty("packetsOut").GetInt32() > 10, "The patient made no sound.");
    }

    [Fact]
    public async Task Shows_captions_while_the_patient_speaks_and_lets_the_student_interrupt()
    {
        await chromium.Emulator.PlayAsync(["Tell me everything.", "Stop, please."], [string.Join(' ', Enumerable.Range(1, 200).Select(n => $"word{n}")), "All right."], wordMs: 60);
        var student = await CallAsync(push: true);
        await TalkAsync(student);
        var growing = student.Page.Locator("li[data-state=partial].assistant");
        await Expect(growing).ToContainTextAsync("word3 ");
        await Expect(growing).ToContainTextAsync("word9 ");
        await TalkAsync(student);
        await Expect(student.Said).ToHaveCountAsync(4);
        await Expect(student.Said.Nth(1)).Not.ToContainTextAsync("word200");
        await Expect(student.Said.Nth(2)).ToContainTextAsync("Stop, please.");
        Assert.Equal(1, (await chromium.Emulator.LastCallAsync()).GetProperty("interrupted").GetInt32());
    }

    [Fact]
    public async Task Is_held_with_an_open_microphone_too()
    {
        await chromium.Emulator.PlayAsync(["Hello there."], ["Hello."]);
        var student = await CallAsync(push: false);
        await Expect(student.Said.Nth(1)).ToContainTextAsync("Hello.");
        await student.Page.GetByRole(AriaRole.Button, new() { Name = "Mute" }).ClickAsync();
        await Expect(student.Page.GetByText("You are muted")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Goes_on_from_writing_and_carries_what_is_typed_meanwhile()
    {
        await chromium.Emulator.PlayAsync(["And at night?"], ["Since spring, I think.", "At night it is quiet."]);
        var page = await chromium.OpenWithMicrophoneAsync();
        var student = await Student.BeginAsync(page);
        await student.SayAsync("Hello, I am Robin.");
        await StartCallAsync(student, push: true);
        await student.WriteAsync("Since when?");
        await Expect(student.Said).ToHaveCountAsync(4);
        await TalkAsync(student);
        await Expect(student.Said).ToHaveCountAsync(6);
        var transcript = await TranscriptAsync(student, 6);
        Assert.Equal("user: Since when?", transcript[2]);
        Assert.Equal(["assistant: Since spring, I think.", "user: And at night?", "assistant: At night it is quiet."], transcript.Skip(3));
        var told = (await chromium.Emulator.LastCallAsync()).GetProperty("received").EnumerateArray().Select(one => one.GetRawText()).ToList();
        Assert.Contains(told, one => one.Contains("Hello, I am Robin.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Falls_back_to_writing_when_the_call_breaks_and_when_none_is_answered()
    {
        await chromium.Emulator.PlayAsync([], []);
        var student = await CallAsync(push: true);
        await chromium.Emulator.DoAsync("/break", new { });
        await Expect(student.Page.GetByText("The call broke off.")).ToBeVisibleAsync();
        await student.SayAsync("Hello, I am Robin.");
        await chromium.Emulator.DoAsync("/refuse", new { status = 503 });
        await student.Page.GetByRole(AriaRole.Button, new() { Name = "Talk" }).ClickAsync();
        await Expect(student.Page.GetByText("The voice service does not answer just now.")).ToBeVisibleAsync();
        await chromium.Emulator.DoAsync("/refuse", new { status = (int?)null });
        await student.SayAsync("When did it start?");
    }

    [Fact]
    public async Task Is_held_in_one_tab_at_a_time()
    {
        await chromium.Emulator.PlayAsync([], []);
        var student = await CallAsync(push: true);
        var beside = await student.Page.Context.NewPageAsync();
        await beside.GotoAsync(student.Page.Url);
        await beside.BringToFrontAsync();
        await beside.GetByRole(AriaRole.Button, new() { Name = "Talk" }).ClickAsync();
        await Expect(beside.GetByText("Voice is on in another tab or window.")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("NotAllowedError", "The browser may not use the microphone.")]
    [InlineData("NotFoundError", "No microphone was found.")]
    public async Task Says_in_plain_words_why_there_is_no_microphone(string reason, string words)
    {
        var person = await chromium.PersonAsync();
        await person.AddInitScriptAsync($"if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '{reason}'))");
        var page = await person.NewPageAsync();
        await page.GotoAsync("/");
        var student = await Student.BeginAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Talk" }).ClickAsync();
        await Expect(page.GetByText(words)).ToBeVisibleAsync();
        await student.SayAsync("Hello, I am Robin.");
    }

    [Fact]
    public async Task Goes_on_when_the_microphone_is_taken_away_in_the_middle()
    {
        await chromium.Emulator.PlayAsync([], []);
        var person = await chromium.PersonAsync(person: new() { Permissions = ["microphone"] });
        await person.AddInitScriptAsync("const open = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices); if (open) navigator.mediaDevices.getUserMedia = async asked => (globalThis.heard = await open(asked))");
        var page = await person.NewPageAsync();
        await page.GotoAsync("/");
        var student = await Student.BeginAsync(page);
        await StartCallAsync(student, push: true);
        await page.EvaluateAsync("heard.getAudioTracks()[0].dispatchEvent(new Event('ended'))");
        await Expect(page.GetByText("The microphone is gone")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Try the microphone again" }).ClickAsync();
        await Expect(page.GetByText("The microphone is gone")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Is_not_offered_by_a_browser_that_has_no_calls()
    {
        var person = await chromium.PersonAsync();
        await person.AddInitScriptAsync("delete globalThis.RTCPeerConnection");
        var page = await person.NewPageAsync();
        await page.GotoAsync("/#/cases/sc_knee_stairs_and_running_v1");
        await Expect(page.GetByText("This browser can’t hold voice calls")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Can_be_held_by_everyone_on_every_screen()
    {
        await chromium.Emulator.PlayAsync([], []);
        var student = await CallAsync(push: true);
        await Axe.CheckEverywhereAsync(student.Page, "push to talk");
        await student.Page.GetByRole(AriaRole.Button, new() { Name = "Open microphone" }).ClickAsync();
        await student.Page.GetByRole(AriaRole.Button, new() { Name = "Mute" }).ClickAsync();
        await Expect(student.Page.GetByText("You are muted")).ToBeVisibleAsync();
        await Axe.CheckEverywhereAsync(student.Page, "open microphone, muted");
        await student.Page.EvaluateAsync("void (navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError')))");
        await student.Page.GetByRole(AriaRole.Button, new() { Name = "Hang up" }).ClickAsync();
        await student.Page.GetByRole(AriaRole.Button, new() { Name = "Talk" }).ClickAsync();
        await Expect(student.Page.GetByText("The browser may not use the microphone.")).ToBeVisibleAsync();
        await Axe.CheckEverywhereAsync(student.Page, "no microphone");
    }

    [Fact]
    public async Task Is_prepared_by_a_look_at_the_microphones_level()
    {
        var page = await chromium.OpenWithMicrophoneAsync("/#/cases/sc_knee_stairs_and_running_v1");
        await page.GetByRole(AriaRole.Button, new() { Name = "Check the microphone" }).ClickAsync();
        await Axe.CheckEverywhereAsync(page, "microphone check");
        await page.EvaluateAsync("() => new Promise(done => { const look = () => document.querySelector('meter')?.value > 0.05 ? done(true) : setTimeout(look, 20); look(); })");
    }

    private async Task<Student> CallAsync(bool push)
    {
        var student = await Student.BeginAsync(await chromium.OpenWithMicrophoneAsync());
        await StartCallAsync(student, push);
        return student;
    }

    private static async Task StartCallAsync(Student student, bool push)
    {
        if (push) await student.Page.EvaluateAsync("localStorage.setItem('emrsim.microphone-mode', '\"push\"')");
        await student.Page.GetByRole(AriaRole.Button, new() { Name = "Talk" }).ClickAsync();
        await Expect(student.Page.GetByRole(AriaRole.Button, new() { Name = "Hang up" })).ToBeVisibleAsync();
    }

    /// <summary>Holds the key until the voice service has heard something.</summary>
    private async Task TalkAsync(Student student)
    {
        await student.Page.Keyboard.DownAsync("F8");
        await Expect(student.Page.GetByText("Let go when you have finished.")).ToBeVisibleAsync();
        var heard = (await chromium.Emulator.LastCallAsync()).GetProperty("packetsIn").GetInt32();
        await Eventually.TrueAsync(async () => (await chromium.Emulator.LastCallAsync()).GetProperty("packetsIn").GetInt32() > heard + 10, TimeSpan.FromSeconds(30), () => "No sound came.");
        await student.Page.Keyboard.UpAsync("F8");
    }

    /// <summary>Waits until the server has been told of so many.</summary>
    private async Task<IReadOnlyList<string>> TranscriptAsync(Student student, int turns)
    {
        List<string> transcript = [];
        await Eventually.TrueAsync(
            async () =>
            {
                using var response = await chromium.Server.Http.GetAnswerAsync($"/api/sessions/{student.EncounterId}/turns");
                transcript = [.. (await response.JsonAsync()).GetProperty("turns").EnumerateArray().Select(turn => $"{turn.GetProperty("role").GetString()}: {turn.GetProperty("text").GetString()}")];
                return transcript.Count == turns;
            },
            TimeSpan.FromSeconds(30),
            () => string.Join('\n', transcript));
        return transcript;
    }
}
