using System.Net;
using System.Text.Json;
using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Status;

public sealed class WhatTheStatusTells(PostgresInstallation on)
{
    [Fact]
    public async Task Every_instance_tells_of_all_instances_and_encounters()
    {
        using var place = await on.NewPlaceAsync();
        await using var one = await place.StartAsync();
        await using var two = await place.StartAsync();
        await Session.BeginAsync(one.Http);
        var session = await Session.BeginAsync(one.Http);
        await session.EndedAsync();
        await Eventually.TrueAsync(
            async () => (await ReadAsync(two)).GetProperty("instances").GetArrayLength() == 2,
            TimeSpan.FromSeconds(30),
            () => "The instances did not announce themselves.");
        var told = await ReadAsync(two);
        Assert.Equal("healthy", told.GetProperty("status").GetString());
        Assert.Equal((1, 1), (told.GetProperty("encounters").GetProperty("active").GetInt32(), told.GetProperty("encounters").GetProperty("final").GetInt32()));
        Assert.Contains(told.GetProperty("events").EnumerateArray(), line => line.GetProperty("text").GetString()!.Contains("listens on", StringComparison.Ordinal));
        Assert.Equal("closed", told.GetProperty("tiers")[0].GetProperty("state").GetString());
        await Eventually.TrueAsync(
            async () => (await ReadAsync(two)).GetProperty("history").EnumerateArray().Any(sample => sample.GetProperty("requests").GetDouble() > 0),
            TimeSpan.FromSeconds(30),
            () => "No history was kept.");
    }

    [Fact]
    public async Task Only_who_has_the_key_is_told()
    {
        await using var server = await ServerProcess.StartAsync(new Dictionary<string, string> { ["TEACHER_KEY"] = "chalk" });
        using var bare = await server.Http.GetAnswerAsync("/api/operator/status");
        await bare.RefusedAsync(HttpStatusCode.Unauthorized, "teacher_key_required");
    }

    private static async Task<JsonElement> ReadAsync(ServerProcess server)
    {
        using var response = await server.Http.GetAnswerAsync("/api/operator/status");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync();
    }
}
