using System.Net;
using System.Text;
using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;
using EmrSim.Server.Tests.Voice;

namespace EmrSim.Server.Tests.Traces;

public sealed class WhatTracesHold(PostgresInstallation postgres)
{
    private const string TeacherKey = "key-of-the-teachers-4711";
    private const string RedisPassword = "password-of-redis-4712";
    private static readonly string[] s_said = ["osteoporosis", "Kleinschmidt"];

    [Fact]
    public async Task Is_no_secret_no_id_of_an_encounter_and_no_word_of_a_transcript()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var upstream = await FakeUpstream.StartAsync();
        await using var redis = await RedisServer.StartAsync("--requirepass", RedisPassword);
        using var place = await postgres.NewPlaceAsync();
        var settings = VoiceServer.Settings(upstream, [.. receiver.Settings, ("TEACHER_KEY", TeacherKey), ("REDIS_URL", $"redis://:{RedisPassword}@127.0.0.1:{redis.Port}"), ("DATABASE_URL", place.Settings["DATABASE_URL"])]);
        await using var server = await ServerProcess.StartAsync(settings);
        var session = await Session.BeginAsync(server.Http);
        await session.RelayedAsync(new { role = "user", text = $"My aunt {s_said[1]} has {s_said[0]}", itemId = "a" });
        await session.SaidAsync(new { text = $"Hello, did {s_said[1]} ever have {s_said[0]}?" });
        var token = await server.Http.SecretAsync(session.Id);
        using (var answer = await server.Http.OfferAsync(session.Id)) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using (var found = await AsTeacherAsync(server, $"/api/teacher/encounters?q={s_said[0]}")) Assert.Contains(session.Id, await found.TextAsync(), StringComparison.Ordinal);
        using (var wrong = await server.Http.GetAnswerAsync($"/api/teacher/encounters?q={s_said[1]}")) Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        using (var printed = await server.Http.GetAnswerAsync($"{session.Path}/transcript?of={s_said[1]}")) Assert.NotEqual(HttpStatusCode.InternalServerError, printed.StatusCode);

        // Failures tell most: the voice service repeats the key, the store's server and then the database are gone.
        upstream.OnSecret = FakeUpstream.Answers(500, $"broken for {FakeUpstream.Key}");
        using (var refused = await server.Http.AskTokenAsync(session.Id)) Assert.Equal(HttpStatusCode.BadGateway, refused.StatusCode);
        await redis.KillAsync();
        await session.RelayedAsync(new { role = "user", text = $"It was {s_said[0]}", itemId = "b" });
        using (var last = await server.SendAsync("the-last-of-all", $"{session.Path}/end", new { })) Assert.True(last.IsSuccessStatusCode);
        await receiver.TraceAsync("the-last-of-all", "POST /api/sessions/{id}/end");

        var exported = Encoding.Latin1.GetString([.. receiver.Exports.SelectMany(export => export)]);
        Assert.Contains("POST /api/transcript/relay/{sessionId}", exported, StringComparison.Ordinal);
        var spoken = await session.WordsAsync();
        Assert.Equal(4, spoken.Count);
        string[] secrets = [TeacherKey, RedisPassword, FakeUpstream.Key, token, session.Id, VoiceSteps.Offer, "of-the-receiver", .. s_said, .. spoken];
        Assert.All(secrets, secret => Assert.DoesNotContain(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(secret)), exported, StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<HttpResponseMessage> AsTeacherAsync(ServerProcess server, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Teacher-Key", TeacherKey);
        return await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
