using System.Net;
using System.Text.Json;
using EmrSim.Server.Tests.Processes;

namespace EmrSim.Server.Tests.Patients;

public sealed class CatalogueOverHttp
{
    private const string Key = "a teacher's key";
    private const string Scenario = "sc_lumbar_back_and_leg_v1";
    private const string Persona = "persona_nora_v1";
    private static readonly Dictionary<string, string> s_withKey = new() { ["TEACHER_KEY"] = Key };

    [Fact]
    public async Task The_catalogue_answers_as_the_contract_says()
    {
        await using var server = await ServerProcess.StartAsync();
        var personas = (await JsonAsync(server, "/api/sps/personas")).GetProperty("personas").EnumerateArray().ToList();
        Assert.True(personas.Count >= 4);
        Assert.Equal(["id", "display_name", "headline", "age", "sex", "voice", "tags"], personas[0].EnumerateObject().Select(static field => field.Name));
        var scenario = (await JsonAsync(server, "/api/sps/scenarios")).GetProperty("scenarios").EnumerateArray().Single(static one => one.GetProperty("scenario_id").GetString() == Scenario);
        Assert.Equal(
            ["scenario_id", "student_case_id", "title", "region", "difficulty", "setting", "tags", "persona_id", "persona_name", "persona_headline", "suggested_personas", "guardrails"],
            scenario.EnumerateObject().Select(static field => field.Name));
        Assert.Equal(Persona, scenario.GetProperty("suggested_personas")[0].GetString());
        Assert.Contains("training encounter", (await JsonAsync(server, "/api/sps/instructions")).GetProperty("instructions").GetString(), StringComparison.Ordinal);
        var counts = (await JsonAsync(server, "/api/sps/debug")).GetProperty("counts");
        Assert.Equal(personas.Count, counts.GetProperty("registry").GetProperty("personas").GetInt32());
        Assert.Equal(0, counts.GetProperty("db").GetProperty("scenarios").GetInt32());
        Assert.Equal(Persona, (await JsonAsync(server, $"/api/sessions/sps/personas/{Persona}")).GetProperty("persona").GetProperty("patient_id").GetString());
        foreach (var (address, id) in new[] { ("tests/special", "test_template_id"), ("tests/functional", "test_template_id"), ("interventions", "intervention_id"), ("outcomes", "measure_id"), ("protocols", "id") })
            Assert.True((await JsonAsync(server, $"/api/sps/catalogs/{address}"))[0].TryGetProperty(id, out _), address);
        Assert.True((await JsonAsync(server, "/api/sps/catalogs/norms/rom")).TryGetProperty("knee", out _));
        Assert.True((await JsonAsync(server, "/api/sps/catalogs/safety")).TryGetProperty("lab_thresholds", out _));
    }

    [Fact]
    public async Task Single_personas_and_scenarios_carry_their_version_and_are_not_sent_twice()
    {
        await using var server = await ServerProcess.StartAsync();
        foreach (var (path, id) in new[] { ($"/api/sps/scenarios/{Scenario}", Scenario), ($"/api/sps/personas/{Persona}", Persona) })
        {
            using var first = await SendAsync(server, path);
            Assert.Equal($"\"{id}-1.0.0\"", first.Headers.ETag?.ToString());
            Assert.Equal("1.0.0", first.Headers.GetValues("X-Content-Version").Single());
            Assert.Equal("must-revalidate, max-age=3600, private", string.Join(", ", first.Headers.CacheControl!.ToString().Split(", ").OrderByDescending(static part => part.Length)));
            using var again = await SendAsync(server, path, ("If-None-Match", $"\"{id}-1.0.0\""));
            Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
            using var changed = await SendAsync(server, path, ("If-None-Match", "\"other\""));
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        }
    }

    [Theory]
    [InlineData("/api/sps/personas/nobody", 404, "persona_not_found")]
    [InlineData("/api/sessions/sps/personas/nobody", 404, "persona_not_found")]
    [InlineData("/api/sps/scenarios/nothing", 404, "not_found")]
    [InlineData("/api/sps/scenarios/..%2f..%2fetc%2fpasswd", 404, "not_found")]
    [InlineData("/media/..%2fpersonas/persona_nora_v1.json", 404, "not_found")]
    [InlineData("/media/nothing.svg", 404, "not_found")]
    public async Task What_is_not_there_is_told_by_its_code(string path, int status, string code)
    {
        await using var server = await ServerProcess.StartAsync();
        using var answer = await SendAsync(server, path);
        Assert.Equal(status, (int)answer.StatusCode);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(code, body.RootElement.GetProperty("error").GetString());
    }

    [Fact]
    public async Task A_library_that_content_does_not_have_is_told_so()
    {
        using var content = EarlierContent.Write();
        await using var server = await ServerProcess.StartAsync(new Dictionary<string, string> { ["CONTENT_DIR"] = content.Root });
        using var answer = await SendAsync(server, "/api/sps/catalogs/outcomes");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Contains("failed_to_load_catalog", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var zoe = await SendAsync(server, "/api/sps/personas/ash-zo%C3%AB");
        Assert.Equal("\"ash-zo%C3%AB-1.0.0\"", zoe.Headers.ETag?.ToString());
    }

    [Fact]
    public async Task Exports_are_pages_and_their_errors_plain_text()
    {
        await using var server = await ServerProcess.StartAsync();
        using var missing = await SendAsync(server, "/api/sps/export?persona_id=x");
        Assert.Equal((HttpStatusCode.BadRequest, "Missing persona_id or scenario_id"), (missing.StatusCode, await missing.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
        using var unknown = await SendAsync(server, $"/api/sps/export?persona_id=x&scenario_id={Scenario}");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        using var page = await SendAsync(server, $"/api/sps/export?persona_id={Persona}&scenario_id={Scenario}");
        Assert.Equal("text/html; charset=utf-8", page.Content.Headers.ContentType?.ToString());
        Assert.Contains("SOAP Payload", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var key = await SendAsync(server, $"/api/sps/export?persona_id={Persona}&scenario_id={Scenario}&audience=faculty");
        var text = await key.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        foreach (var expected in new[] { "Faculty Key", "Working Diagnosis", "Differentials", "Plan", "Teaching Points" }) Assert.Contains(expected, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_key_nothing_that_students_must_not_know_leaves_the_server()
    {
        using var content = EarlierContent.Write();
        content.Add("scenarios/list.json", """[{"scenario_id":"sc_evil_v1","title":"<script>alert(1)</script> knee","region":"knee","presenting_problem":{"primary_dx":"Prepatellar bursitis"},"scenario_context":{"environment":"<img src=x onerror=alert(2)>"},"soap":{}}]""");
        foreach (var (directory, pairs) in new[] { (content.Root, new[] { ("sp_ben_v1", "sc_jumper_v1"), ("sage-ana", "sc_back_v1"), ("sp_ben_v1", "sc_evil_v1") }), (Practice.ShippedContent, ShippedCases.Ids.Select(static id => (Persona, id)).ToArray()) })
        {
            await using var server = await ServerProcess.StartAsync(new Dictionary<string, string>(s_withKey) { ["CONTENT_DIR"] = directory });
            var catalogue = EmrSim.Server.Patients.Content.CatalogueLoader.Load(directory);
            foreach (var (persona, scenario) in pairs)
            {
                var diagnosis = catalogue.CaseOf(catalogue.Scenarios[scenario]).Diagnosis;
                foreach (var path in new[] { $"/api/sps/personas/{persona}", $"/api/sessions/sps/personas/{persona}", $"/api/sps/scenarios/{scenario}", $"/api/sps/export?persona_id={persona}&scenario_id={scenario}", "/api/sps/scenarios", "/api/sps/personas" })
                {
                    using var answer = await SendAsync(server, path);
                    Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                    var text = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Replace(scenario, "", StringComparison.Ordinal);
                    foreach (var term in diagnosis.All.Where(static term => !term.Contains("menisc", StringComparison.Ordinal))) Assert.False(text.Replace('_', ' ').Contains($" {term}", StringComparison.OrdinalIgnoreCase), $"{path}: {term}");
                    foreach (var secret in new[] { "hidden_agenda", "fears the bill", "primary_dx", "secret objective", "secret imaging note", "gold_standard", "patient_output_script", "patient_response_script", "Finding:", "evidence_hints", "instructor_notes", "<script>alert", "<img" })
                        Assert.False((path.Contains("export", StringComparison.Ordinal) || !secret.StartsWith('<')) && RawContains(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), secret), $"{path}: {secret}");
                }
            }

            var (somebody, something) = pairs[0];
            using var refused = await SendAsync(server, $"/api/sps/export?persona_id={somebody}&scenario_id={something}&audience=faculty");
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.Contains("teacher_only", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            using var wrong = await SendAsync(server, $"/api/sps/export?persona_id={somebody}&scenario_id={something}&audience=faculty", ("X-Teacher-Key", "a teacher's keY"));
            Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
            foreach (var header in new[] { ("X-Teacher-Key", Key), ("Authorization", $"Bearer {Key}") })
            {
                using var allowed = await SendAsync(server, $"/api/sps/export?persona_id={somebody}&scenario_id={something}&audience=faculty", header);
                Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
                using var detail = await SendAsync(server, $"/api/sps/scenarios/{something}", header);
                Assert.Contains("primary_dx", await detail.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Changed_content_is_served_without_a_restart_and_broken_content_never_stops_the_start()
    {
        using var content = EarlierContent.Write();
        content.Add("personas/base/broken.json", "{\"patient_id\": ");
        await using var server = await ServerProcess.StartAsync(new Dictionary<string, string> { ["CONTENT_DIR"] = content.Root });
        Assert.False(await server.AnswersAsync("/api/sps/personas/late-lou"));
        Assert.Contains("FILE_INVALID_JSON", server.Output, StringComparison.Ordinal);
        content.Add("personas/base/late.json", EarlierContent.Persona("late-lou", "Lou Late", "ash"));
        await Eventually.TrueAsync(() => server.AnswersAsync("/api/sps/personas/late-lou"), TimeSpan.FromSeconds(10), () => server.Output);
    }

    [Fact]
    public async Task Pictures_are_served_and_never_run_as_pages()
    {
        await using var server = await ServerProcess.StartAsync();
        using var picture = await SendAsync(server, "/media/lumbar_body_chart.svg");
        Assert.Equal("image/svg+xml", picture.Content.Headers.ContentType?.MediaType);
        Assert.Contains("sandbox", picture.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    private static bool RawContains(string text, string secret) => text.Contains(secret, StringComparison.Ordinal) || text.Contains(secret.Replace('_', ' '), StringComparison.Ordinal);

    private static async Task<JsonElement> JsonAsync(ServerProcess server, string path)
    {
        using var answer = await SendAsync(server, path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return document.RootElement.Clone();
    }

    private static Task<HttpResponseMessage> SendAsync(ServerProcess server, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return server.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
