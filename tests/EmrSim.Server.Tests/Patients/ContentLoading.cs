using System.Text.Json;
using EmrSim.Server.Patients;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Tests.Patients;

public sealed class ContentLoading
{
    [Fact]
    public void The_earlier_layout_loads_folders_compiled_files_lists_and_both_kinds_of_personas()
    {
        using var content = EarlierContent.Write();
        var catalogue = CatalogueLoader.Load(content.Root);
        Assert.Equal(["sc_back_v1", "sc_jumper_v1", "sc_one_v1"], catalogue.Scenarios.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["ash-zoë", "echo-lee", "sage-ana", "sp_ben_v1"], catalogue.Personas.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("Knee pain: Patellar Tendinopathy", catalogue.Scenarios["sc_jumper_v1"].Title);
        Assert.Equal("jumper_kit", catalogue.KitOf("sc_jumper_v1")!.CaseId);
        Assert.Equal(["ash-zoë", "echo-lee", "sp_ben_v1"], catalogue.SuggestedPersonas("sc_jumper_v1"));
        Assert.Null(catalogue.Personas["sp_ben_v1"].VoiceId);
        Assert.Equal("ash", catalogue.Personas["ash-zoë"].VoiceId);
        Assert.Equal(["SPECIAL_QUESTION_NOT_FOUND"], catalogue.Problems.Where(static problem => problem.Severity == ProblemSeverity.Error).Select(static problem => problem.Code));
        Assert.Contains(catalogue.Problems, static problem => problem.Code == "VOICE_NOT_OFFERED");
    }

    [Fact]
    public void A_folder_compiles_to_the_running_form()
    {
        using var content = EarlierContent.Write();
        var scenario = CatalogueLoader.Load(content.Root).Scenarios["sc_jumper_v1"].Raw;
        Assert.Equal("moderate", scenario.GetProperty("difficulty").GetString());
        Assert.Matches("^C-[0-9A-Z]{5}$", scenario.GetProperty("student_case_id").GetString());
        Assert.Equal("handball", scenario.GetProperty("scenario_context").GetProperty("sport").GetString());
        Assert.Equal("goal", scenario.GetProperty("scenario_context").GetProperty("position_event").GetString());
        Assert.Equal("play the cup", scenario.GetProperty("scenario_context").GetProperty("goals")[0].GetString());
        Assert.Equal("Ben Ito", scenario.GetProperty("persona_snapshot").GetProperty("display_name").GetString());
        Assert.Equal("keen", scenario.GetProperty("instructions").GetProperty("sp_instructions").GetProperty("affect").GetString());
        Assert.Equal("R1", scenario.GetProperty("screening_challenge_ids")[0].GetString());
        var tests = Ids(scenario, "objective_catalog", "test_id");
        foreach (var expected in new[] { "lachman", "inspection", "effusion_assessment", "palpation", "rom", "mmt_strength", "decline_squat_test", "valgus_stress_test", "varus_stress_test", "mcmurray_test", "functional_step_down" }) Assert.Contains(expected, tests);
        Assert.DoesNotContain("lachman_test", tests);
        Assert.DoesNotContain("tmpl_hop", tests);
        var asked = Ids(scenario, "subjective_catalog", "id");
        Assert.Contains("systems_review", asked);
        Assert.Contains("aggravating", asked);
        Assert.Equal("imaging_xray", asked[0]);
    }

    [Theory]
    [InlineData("sc_knee_acl_preop_direct_access_v1", "C-SA6I1")]
    public void The_student_case_id_is_the_hash_of_the_id(string scenarioId, string expected) => Assert.Equal(expected, EmrSim.Server.Patients.Compiling.StudentCaseId.For(scenarioId));

    [Fact]
    public async Task The_patient_of_older_content_speaks_in_sentences_and_shows_its_pictures()
    {
        using var content = EarlierContent.Write();
        var open = Practice.Open(content.Root);
        var back = new Practice(open, "sc_back_v1", "sage-ana");
        Assert.Contains("Location: low back.", (await back.AskAsync("Tell me about your pain history")).Text, StringComparison.Ordinal);
        Assert.Contains("No fever chills.", (await back.AskAsync("Any fever?")).Text, StringComparison.Ordinal);
        var knee = new Practice(open, "sc_jumper_v1", "ash-zoë");
        Assert.Equal("knee_picture", (await knee.AskAsync("Was an x-ray taken?")).Shown?.Id);
        Assert.Equal(["aggravating"], (await knee.AskAsync("What makes it worse?")).Ids);
        knee.Phase = "objective";
        Assert.Contains("Finding: pain below kneecap.", (await knee.AskAsync("Is it ok if I watch you do the decline squat test now?")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("personas/bad.json", "{not json", "FILE_INVALID_JSON")]
    [InlineData("personas/bad.json", "{\"patient_id\":\"x\"}", "PERSONA_SCHEMA_INVALID")]
    [InlineData("personas/bad.json", "[1,null,\"x\"]", "PERSONA_SCHEMA_INVALID")]
    [InlineData("personas/bad.json", "", "FILE_INVALID_JSON")]
    [InlineData("scenarios/bad.json", "{\"scenario_id\":\"sc_bad\",\"title\":\"Bad\",\"region\":\"moon\"}", "SCENARIO_SCHEMA_INVALID")]
    [InlineData("scenarios/x/scenario.header.json", "{\"scenario_id\":\"sc_x\"}", "SCENARIO_SCHEMA_INVALID")]
    [InlineData("scenarios/x/scenario.header.json", "[]", "SCENARIO_SCHEMA_INVALID")]
    [InlineData("scenarios/z-copy.json", "{\"scenario_id\":\"sc_one_v1\",\"title\":\"Again\",\"region\":\"knee\"}", "DUPLICATE_SCENARIO_ID")]
    [InlineData("kits/jumper_kit/kit.json", "{\"case_id\":", "KIT_FILE_INVALID_JSON")]
    [InlineData("kits/jumper_kit/kit.json", "{\"case_id\":\"jumper_kit\",\"chunks\":[]}", "KIT_SCHEMA_INVALID")]
    [InlineData("kits/jumper_kit/kit.json", "{\"case_id\":\"jumper_kit\",\"chunks\":[{\"id\":\"a\",\"text\":\"b\"},{\"id\":\"a\",\"text\":\"c\"}]}", "DUPLICATE_CHUNK_ID")]
    [InlineData("kits/jumper_kit/kit.json", "{\"case_id\":\"jumper_kit\",\"chunks\":[{\"id\":\"a\",\"text\":\"b\",\"chunk_type\":\"ground_truth\"}]}", "GROUND_TRUTH_AUDIENCE_WEAK")]
    [InlineData("kits/other/kit.json", "{\"case_id\":\"elsewhere\",\"chunks\":[{\"id\":\"a\",\"text\":\"b\"}]}", "KIT_ID_MISMATCH")]
    [InlineData("kits/empty/readme.txt", "", "KIT_FILE_MISSING")]
    [InlineData("../config/kit-mapping.json", "{\"sc_jumper_v1\":\"nowhere\"}", "MAPPED_KIT_NOT_FOUND")]
    [InlineData("../config/kit-mapping.json", "{\"sc_jumper_v1\":{\"case_id\":\"jumper_kit\",\"personas\":[\"ghost\"]}}", "SUGGESTED_PERSONA_NOT_FOUND")]
    [InlineData("../config/kit-mapping.json", "{}", "SCENARIO_NOT_MAPPED")]
    [InlineData("banks/challenges/bad.json", "[{\"id\":\"R9\"}]", "CHALLENGE_SCHEMA_INVALID")]
    [InlineData("banks/special_questions/bad.json", "[{\"id\":\"Q9\"}]", "SPECIAL_QUESTION_SCHEMA_INVALID")]
    [InlineData("banks/catalogs/norms/rom_norms.library.json", "[]", "LIBRARY_SCHEMA_INVALID")]
    [InlineData("scenarios/bundles_src/sc_jumper_v1/soap.plan.json", "{", "FILE_INVALID_JSON")]
    [InlineData("scenarios/bundles_src/sc_jumper_v1/checklist.json", "{\"items\":[]}", "CHECKLIST_SCHEMA_INVALID")]
    public async Task What_is_broken_is_reported_by_code_and_left_out_and_the_rest_runs(string file, string text, string code)
    {
        using var content = EarlierContent.Write();
        content.Add(file, text);
        var catalogue = CatalogueLoader.Load(content.Root);
        var problem = Assert.Single(catalogue.Problems.Where(problem => problem.Code == code).Take(1));
        Assert.StartsWith("$", problem.JsonPath, StringComparison.Ordinal);
        Assert.True(catalogue.Scenarios.ContainsKey("sc_jumper_v1"));
        Assert.Equal("One more knee", catalogue.Scenarios["sc_one_v1"].Title);
        await using var output = new StringWriter();
        Assert.Equal(2, await ContentValidation.RunAsync(content.Root, output, TestContext.Current.CancellationToken));
        Assert.Contains(code, output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Personas_that_do_not_suit_a_strict_case_are_errors()
    {
        using var content = EarlierContent.Write();
        content.Add("personas/base/ben.json", EarlierContent.Persona("sp_ben_v1", "Ben Ito", "ash", age: 70));
        Assert.Contains(CatalogueLoader.Load(content.Root).Problems, static problem => problem is { Code: "AGE_ABOVE_MAX", Severity: ProblemSeverity.Error });
    }

    [Fact]
    public void A_directory_that_is_not_there_is_a_problem_and_not_an_end() =>
        Assert.Contains(CatalogueLoader.Load("/nowhere/at/all").Problems, static problem => problem.Code == "CONTENT_DIRECTORY_MISSING");

    [Fact]
    public async Task The_shipped_content_is_sound()
    {
        await using var output = new StringWriter();
        var code = await ContentValidation.RunAsync(null, output, TestContext.Current.CancellationToken);
        Assert.True(code == 0, output.ToString());
    }

    [Fact]
    public async Task The_check_at_start_agrees_with_a_full_schema_library()
    {
        using var content = EarlierContent.Write();
        foreach (var (schema, json) in Samples())
        {
            var full = await NJsonSchema.JsonSchema.FromJsonAsync(await File.ReadAllTextAsync(ContentSchemas.BuiltIn.PathOf(schema), TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
            var ours = ContentSchemas.BuiltIn.Accepts(schema, JsonSerializer.Deserialize<JsonElement>(json), "X", "f", "$", new ProblemList());
            Assert.True(full.Validate(json).Count == 0 == ours, $"{schema}: {json}");
        }
    }

    private static IEnumerable<(string Schema, string Json)> Samples()
    {
        var shipped = CatalogueLoader.Load(ContentSchemas.BuiltInContent);
        foreach (var persona in shipped.Personas.Values) yield return ("persona", persona.Raw.GetRawText());
        foreach (var scenario in shipped.Scenarios.Values) yield return ("scenario", scenario.Raw.GetRawText());
        foreach (var json in new[] { EarlierContent.Persona("a", "A B", "ash"), "{}", "[]", "null", "1", EarlierContent.Persona("a", "A", "ash", age: -1), EarlierContent.Persona("", "A", "ash"), EarlierContent.Persona("a", "A", "ash").Replace("2001-02-03", "3 Feb", StringComparison.Ordinal), EarlierContent.Persona("a", "A", "ash").Replace("\"moderate\"", "\"some\"", StringComparison.Ordinal), EarlierContent.Persona("a", "A", "ash").Replace("25", "25.5", StringComparison.Ordinal) })
            yield return ("persona", json);
        foreach (var json in new[] { """{"case_id":"a","chunks":[{"id":"x","text":"y"}]}""", """{"case_id":"a","chunks":[]}""", """{"case_id":"a","chunks":[{"id":"x","text":"y","weight":2}]}""", """{"case_id":"a","chunks":[{"id":"x","text":"y","audiences":["all"]}]}""", """{"case_id":"a","version":0,"chunks":[{"id":"x","text":"y"}]}""" })
            yield return ("kit", json);
        foreach (var json in new[] { """{"a":"b"}""", """{"a":1}""", """{"a":{"case_id":"b","personas":["c",{"id":"d","weight":1}]}}""", """{"a":{"personas":[]}}""", """{"a":{"case_id":"b","personas":[{"weight":1}]}}""" })
            yield return ("kit-mapping", json);
        foreach (var json in new[] { """{"scenario_id":"abc","title":"abc","region":"knee"}""", """{"scenario_id":"ab","title":"abc","region":"knee"}""", """{"scenario_id":"abc","title":"abc","region":"sun"}""", """{"scenario_id":"abc","title":"abc","region":"knee","guardrails":{"sex_required":null}}""", """{"scenario_id":"abc","title":"abc","region":"knee","media_library":[{"id":"a]b"}]}""", """{"scenario_id":"abc","title":"abc","region":"knee","version":-1}""", """{"scenario_id":"abc","title":"abc","region":"knee","subjective_catalog":[{"label":"x"}]}""" })
            yield return ("scenario", json);
    }

    private static List<string> Ids(JsonElement scenario, string list, string key) => [.. scenario.GetProperty(list).EnumerateArray().Select(item => item.GetProperty(key).GetString()!)];
}
