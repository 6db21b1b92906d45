using System.Net;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Teaching;

public sealed class TheTeachersDoor
{
    private static readonly string[] s_rooms = ["/api/teacher/encounters", "/api/teacher/cases", "/api/teacher/cases/sc_knee_stairs_and_running_v1"];

    [Fact]
    public async Task Opens_to_the_key_alone_once_there_is_one()
    {
        await using var server = await ServerProcess.StartAsync(new Dictionary<string, string> { ["TEACHER_KEY"] = "chalk" });
        foreach (var room in s_rooms)
        {
            using var bare = await server.Http.GetAnswerAsync(room);
            await bare.RefusedAsync(HttpStatusCode.Unauthorized, "teacher_key_required");
            using var wrong = await AskAsync(server, room, "cheese");
            await wrong.RefusedAsync(HttpStatusCode.Unauthorized, "teacher_key_required");
            using var right = await AskAsync(server, room, "chalk");
            Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        }

        using var door = await server.Http.GetAnswerAsync("/api/teacher/door");
        var told = await door.JsonAsync();
        Assert.Equal((false, true), (told.GetProperty("open").GetBoolean(), told.GetProperty("needs_key").GetBoolean()));
    }

    [Fact]
    public async Task Is_open_on_a_laptop_without_a_key()
    {
        await using var server = await ServerProcess.StartAsync();
        using var door = await server.Http.GetAnswerAsync("/api/teacher/door");
        Assert.True((await door.JsonAsync()).GetProperty("open").GetBoolean());
        using var key = await server.Http.GetAnswerAsync(s_rooms[2]);
        var known = await key.JsonAsync();
        Assert.Contains(known.GetProperty("diagnoses").EnumerateArray(), diagnosis => diagnosis.GetString()!.Contains("patellofemoral", StringComparison.OrdinalIgnoreCase));
        Assert.NotEqual(0, known.GetProperty("checklist").GetArrayLength());
        Assert.NotEqual(0, known.GetProperty("findings").GetArrayLength());
        Assert.NotEqual(0, known.GetProperty("sources").GetArrayLength());
        using var unknown = await server.Http.GetAnswerAsync("/api/teacher/cases/none");
        await unknown.RefusedAsync(HttpStatusCode.NotFound, "not_found");
        using var bad = await server.Http.GetAnswerAsync("/api/teacher/encounters?before=x");
        await bad.RefusedAsync(HttpStatusCode.BadRequest, "bad_request");
    }

    private static async Task<HttpResponseMessage> AskAsync(ServerProcess server, string path, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Add("X-Teacher-Key", key);
        return await server.Http.SendAsync(request);
    }
}
