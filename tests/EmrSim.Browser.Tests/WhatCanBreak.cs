using EmrSim.Browser.Tests.Kit;
using EmrSim.Server.Tests.Processes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace EmrSim.Browser.Tests;

public sealed class WhatCanBreak(Chromium chromium) : IClassFixture<Chromium>
{
    [Fact]
    public async Task Words_typed_offline_are_kept_and_sent_once()
    {
        var student = await Student.BeginAsync(await chromium.OpenAsync());
        await student.SayAsync("Hello, I am Robin.");
        await student.Page.Context.SetOfflineAsync(true);
        await student.IsConnectedAsync("offline");
        await student.WriteAsync("When did it start?");
        await student.WriteAsync("What makes it worse?");
        await Expect(student.Waiting).ToHaveCountAsync(2);
        await student.Page.Context.SetOfflineAsync(false);
        await Expect(student.Said).ToHaveCountAsync(6);
        await Expect(student.Waiting).ToHaveCountAsync(0);
        await student.IsConnectedAsync("live");
        Assert.Equal(["Hello, I am Robin.", "When did it start?", "What makes it worse?"], await QuestionsAsync(chromium.Server, student.EncounterId));
    }

    [Fact]
    public async Task The_death_of_an_instance_loses_and_doubles_no_line()
    {
        var data = Directory.CreateTempSubdirectory("emrsim-two-").FullName;
        try
        {
            await using var first = await ServerProcess.StartAsync(dataDirectory: data);
            await using var second = await ServerProcess.StartAsync(dataDirectory: data);
            await using var doorway = new Doorway(first.Port, second.Port);
            var student = await Student.BeginAsync(await chromium.OpenAsync(port: doorway.Port));
            await student.SayAsync("Hello, I am Robin.");
            await first.KillAsync();
            await student.WriteAsync("When did it start?");
            await student.WriteAsync("What makes it worse?");
            await Expect(student.Said).ToHaveCountAsync(6);
            await student.IsConnectedAsync("live");
            await student.SayAsync("What makes it better?");
            await Expect(student.Waiting).ToHaveCountAsync(0);
            Assert.Equal(["Hello, I am Robin.", "When did it start?", "What makes it worse?", "What makes it better?"], await QuestionsAsync(second, student.EncounterId));
            Assert.Equal(8, (await student.Said.AllInnerTextsAsync()).Count);
            await student.EndAsync();
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Fact]
    public async Task After_a_sleep_in_which_the_connection_died_what_was_said_meanwhile_is_shown()
    {
        await using var doorway = new Doorway(chromium.Server.Port);
        var student = await Student.BeginAsync(await chromium.OpenAsync(port: doorway.Port));
        await student.SayAsync("Hello, I am Robin.");
        doorway.StrandAll();
        using (var relayed = await chromium.Server.Http.PostAsync($"/api/transcript/relay/{student.EncounterId}", new { role = "assistant", text = "Are you still there?", itemId = "meanwhile" })) Assert.True(relayed.IsSuccessStatusCode);
        // All that a page notices of a sleep is that its clock has jumped.
        await student.Page.EvaluateAsync("const clock = Date.now; void (Date.now = () => clock() + 60_000)");
        await Expect(student.Said).ToHaveCountAsync(3, new() { Timeout = 20_000 });
        await student.IsConnectedAsync("live");
    }

    [Fact]
    public async Task After_a_sleep_in_which_the_connections_died_words_are_sent_soon_and_once()
    {
        await using var doorway = new Doorway(chromium.Server.Port);
        var student = await Student.BeginAsync(await chromium.OpenAsync(port: doorway.Port));
        // As many kept connections as a browser has for one host.
        await student.Page.EvaluateAsync("() => Promise.all(Array.from({ length: 6 }, (_, n) => fetch('/health/live?' + n).then(answer => answer.text())))");
        await student.SayAsync("Hello, I am Robin.");
        doorway.StrandAll();
        await student.WriteAsync("When did it start?");
        await student.Page.EvaluateAsync("const clock = Date.now; void (Date.now = () => clock() + 60_000)");
        await Expect(student.Said).ToHaveCountAsync(4, new() { Timeout = 20_000 });
        await student.WriteAsync("What makes it worse?");
        await Expect(student.Said).ToHaveCountAsync(6, new() { Timeout = 20_000 });
        await Expect(student.Waiting).ToHaveCountAsync(0);
        await student.IsConnectedAsync("live");
        Assert.Equal(["Hello, I am Robin.", "When did it start?", "What makes it worse?"], await QuestionsAsync(chromium.Server, student.EncounterId));
    }

    [Fact]
    public async Task A_reload_keeps_the_conversation_and_what_is_half_written()
    {
        var student = await Student.BeginAsync(await chromium.OpenAsync());
        await student.SayAsync("Hello, I am Robin.");
        await student.Words.FillAsync("When did it");
        await student.Page.ReloadAsync();
        await Expect(student.Said).ToHaveCountAsync(2);
        await Expect(student.Words).ToHaveValueAsync("When did it");
    }

    [Fact]
    public async Task The_way_back_leads_out_and_in_again()
    {
        var student = await Student.BeginAsync(await chromium.OpenAsync());
        await student.SayAsync("Hello, I am Robin.");
        await student.Page.GotoAsync("/#/");
        await student.Page.GetByRole(AriaRole.Link, new() { Name = "Go on with it" }).ClickAsync();
        await Expect(student.Said).ToHaveCountAsync(2);
        await student.Page.GoBackAsync();
        await Expect(student.Page.GetByRole(AriaRole.Heading, new() { Name = "Choose a case" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_second_tab_sees_the_same_and_sends_nothing_twice()
    {
        var person = await chromium.PersonAsync();
        var page = await person.NewPageAsync();
        await page.GotoAsync("/");
        var student = await Student.BeginAsync(page);
        var beside = await person.NewPageAsync();
        await beside.GotoAsync(page.Url);
        var other = new Student(beside);
        await other.IsConnectedAsync("live");
        await person.SetOfflineAsync(true);
        await student.WriteAsync("Hello, I am Robin.");
        await Expect(other.Waiting).ToHaveCountAsync(1);
        await person.SetOfflineAsync(false);
        await Expect(student.Said).ToHaveCountAsync(2);
        await Expect(other.Said).ToHaveCountAsync(2);
        Assert.Equal(["Hello, I am Robin."], await QuestionsAsync(chromium.Server, student.EncounterId));
    }

    [Fact]
    public async Task A_pause_holds_the_conversation_and_the_clock()
    {
        var student = await Student.BeginAsync(await chromium.OpenAsync());
        await student.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(student.Words).ToBeDisabledAsync();
        await student.Page.ReloadAsync();
        await Expect(student.Words).ToBeDisabledAsync();
        await student.Page.GetByRole(AriaRole.Button, new() { Name = "Go on" }).First.ClickAsync();
        await student.SayAsync("Hello, I am Robin.");
    }

    [Theory]
    [InlineData("/#/encounter/nobody", "This encounter is not known here")]
    [InlineData("/#/after/nobody", "This encounter is not known here")]
    [InlineData("/#/cases/nothing", "This case is not in the library any more")]
    [InlineData("/#/elsewhere", "There is nothing at this address")]
    public async Task An_address_that_names_nothing_says_so_and_leads_on(string path, string words)
    {
        var page = await chromium.OpenAsync(path);
        await Expect(page.GetByText(words)).ToBeVisibleAsync();
        await page.Locator("main").GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Choose a case" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task An_encounter_that_runs_has_no_transcript_yet()
    {
        var student = await Student.BeginAsync(await chromium.OpenAsync());
        await student.Page.GotoAsync($"/#/after/{student.EncounterId}");
        await Expect(student.Page.GetByText("The encounter is not over yet")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Without_voice_on_the_server_the_encounter_is_held_in_writing()
    {
        var page = await chromium.OpenAsync("/#/cases/sc_knee_stairs_and_running_v1");
        await Expect(page.GetByText("Voice is not set up on this server.")).ToBeVisibleAsync();
    }

    private static async Task<IReadOnlyList<string>> QuestionsAsync(ServerProcess server, string id)
    {
        using var response = await server.Http.GetAnswerAsync($"/api/sessions/{id}/turns");
        return [.. (await response.JsonAsync()).GetProperty("turns").EnumerateArray().Where(turn => turn.GetProperty("role").GetString() == "user").Select(turn => turn.GetProperty("text").GetString()!)];
    }
}
