using EmrSim.Server.Voice;

namespace EmrSim.Server.Tests.Voice;

public sealed class SpokenChoices
{
    [Theory]
    [InlineData("SAGE", "coral", "echo", "sage")]
    [InlineData("onyx", "Coral", "echo", "coral")]
    [InlineData(null, "nova", "Echo", "echo")]
    [InlineData(null, null, "fable", "alloy")]
    public void Fall_back_from_request_to_persona_to_setting_to_alloy(string? requested, string? named, string configured, string chosen) =>
        Assert.Equal(chosen, VoiceChoice.Choose(requested, named, configured));

    [Theory]
    [InlineData("a", true)]
    [InlineData("0f8fad5b-d9cb-469f-a165-70867728950e", true)]
    [InlineData("user@school.example", true)]
    [InlineData("", false)]
    [InlineData("a:b", false)]
    [InlineData("a/b", false)]
    [InlineData("a{b}", false)]
    [InlineData("a\u0000", false)]
    [InlineData("żółw", false)]
    public void Of_ids_are_those_that_are_safe_in_a_key(string id, bool usable) => Assert.Equal(usable, CallerChosenId.IsUsable(id));

    [Theory]
    [InlineData("""{"value":"ek_1","expires_at":1030}""", 30)]
    [InlineData("""{"value":"ek_1","expires_at":1060}""", 60)]
    [InlineData("""{"value":"ek_1","expires_at":8200}""", 60)]
    [InlineData("""{"value":"ek_1","expires_at":400}""", 60)]
    [InlineData("""{"value":"ek_1","expires_at":null}""", 60)]
    [InlineData("""{"value":"ek_1","expires_at":"soon"}""", 60)]
    [InlineData("""{"value":"ek_1","expires_at":1e300}""", 60)]
    public void Of_lives_are_at_most_a_minute(string answer, int seconds)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1000);
        Assert.Equal(now.AddSeconds(seconds), RtcToken.Read(System.Text.Encoding.UTF8.GetBytes(answer), now)!.KeptUntil);
    }
}
