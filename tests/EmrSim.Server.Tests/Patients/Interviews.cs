namespace EmrSim.Server.Tests.Patients;

/// <summary>Questions of whole interviews, in the words that students use, that once got an answer to something else.</summary>
public sealed class Interviews
{
    private const string Knee = "sc_knee_stairs_and_running_v1";
    private const string Lumbar = "sc_lumbar_back_and_leg_v1";
    private const string Shoulder = "sc_shoulder_overhead_reach_v1";
    private const string Nora = "persona_nora_v1";
    private const string Edwin = "persona_edwin_v1";

    [Theory]
    [InlineData(Knee, Nora, "And what helps?", "easing")]
    [InlineData(Knee, Nora, "What do you do to make it better?", "easing")]
    [InlineData(Knee, Nora, "How can I help you today?", "chief_complaint")]
    [InlineData(Knee, Nora, "What do you do for work?", "persona:occupation")]
    [InlineData(Knee, Nora, "Who do you live with?", "persona:family")]
    [InlineData(Knee, Nora, "What do you like to do in your spare time?", "persona:sport")]
    [InlineData(Knee, Nora, "Does anyone in your family have arthritis?", "persona:relatives")]
    [InlineData(Knee, Nora, "How is it first thing in the morning?", "morning_stiffness")]
    [InlineData(Knee, Nora, "On a scale from 0 to 10 how bad is it right now?", "pain_now")]
    [InlineData(Knee, Nora, "When you sit for a long time, does it hurt?", "sitting")]
    [InlineData(Knee, Nora, "When did it start, and where does it hurt?", "onset")]
    [InlineData(Lumbar, Edwin, "Tell me what's been going on with your back.", "chief_complaint")]
    [InlineData(Lumbar, Edwin, "What does the leg pain feel like?", "quality")]
    [InlineData(Lumbar, Edwin, "On a good day, what's the lowest the pain gets?", "pain_best")]
    [InlineData(Lumbar, Edwin, "Who do you live with?", "persona:family")]
    [InlineData(Lumbar, Edwin, "What did you do for a living?", "persona:occupation")]
    [InlineData(Lumbar, Edwin, "Are you retired?", "persona:occupation")]
    [InlineData(Lumbar, Edwin, "What can't you do at the moment that you would like to do?", "activities")]
    [InlineData(Lumbar, Edwin, "Have you had any investigations?", "imaging")]
    [InlineData(Shoulder, Edwin, "Who's at home with you?", "persona:family")]
    public async Task Are_answered_from_the_item_that_was_meant(string scenario, string persona, string question, string item)
    {
        var reply = await ShippedCases.Start(scenario, persona).AskAsync(question);
        Assert.Equal(item, reply.Ids[0]);
    }

    [Fact]
    public async Task Ask_for_three_things_at_once()
    {
        var reply = await ShippedCases.Start(Knee, Nora).AskAsync("Any clicking, locking or giving way?");
        Assert.Equal(["noises", "locking", "giving_way"], reply.Ids);
    }

    [Fact]
    public async Task Announce_questions_that_are_none_yet()
    {
        var reply = await ShippedCases.Start(Lumbar, Edwin).SayAsync("I'd like to ask you some questions, is that alright with you?");
        Assert.Equal(["gate:consent"], reply.Ids);
    }

    [Theory]
    [InlineData("Is there anything else you'd like to tell me?")]
    [InlineData("Have I missed anything?")]
    public async Task End_with_what_is_still_unsaid(string question)
    {
        var practice = ShippedCases.Start(Knee, Nora);
        await practice.SayAsync("What makes it worse?");
        Assert.Equal(["aggravating"], (await practice.SayAsync(question)).Ids);
    }

    [Theory]
    [InlineData(Nora, "Who do you live with?", "I live with my son, he is nine. His father has him every other weekend.")]
    [InlineData(Edwin, "What do you do for a living?", "I am a retired tax inspector.")]
    public async Task Are_answered_in_good_english(string persona, string question, string words) =>
        Assert.Contains(words, (await ShippedCases.Start(Knee, persona).AskAsync(question)).Text, StringComparison.OrdinalIgnoreCase);
}
