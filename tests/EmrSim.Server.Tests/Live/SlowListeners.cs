using EmrSim.Server.Live;
using EmrSim.Server.Tests.Storage;
using EmrSim.Server.Transcripts;

namespace EmrSim.Server.Tests.Live;

public sealed class SlowListeners
{
    [Fact]
    public async Task Read_the_log_instead_of_losing_words_and_hold_up_nobody()
    {
        var token = TestContext.Current.CancellationToken;
        using var place = new Place(null);
        await using var beside = await Beside.OpenAsync(place);
        var encounter = await beside.Encounters.CreateAsync("p", "s", null, null, token);
        var follower = new EncounterFollower(beside.Feed, beside.Encounters, beside.Transcripts);
        await using var slow = follower.FollowAsync(encounter.Id, 0, token).GetAsyncEnumerator(token);
        Assert.True(await slow.MoveNextAsync());

        // Far more than a listener's share, while nobody reads.
        for (var n = 1; n <= 1000; n++) await beside.Transcripts.AppendAsync(encounter.Id, new NewTurn($"{n}", "user", $"{n}", "audio", "relay"), token);
        for (var n = 1; n <= 1000; n++)
        {
            Assert.True(await slow.MoveNextAsync());
            Assert.Equal(n, slow.Current.Seq);
        }
    }
}
