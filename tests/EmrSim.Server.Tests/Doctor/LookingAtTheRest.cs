using System.Net;
using System.Net.Sockets;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;
using EmrSim.Server.Tests.Voice;

namespace EmrSim.Server.Tests.Doctor;

public sealed class LookingAtTheRest(PostgresInstallation postgres, SqliteInstallation sqlite)
{
    [Fact]
    public async Task The_smallest_installation_is_sound_before_its_first_start()
    {
        using var place = await sqlite.NewPlaceAsync();
        var seen = await Examination.OfAsync(new Dictionary<string, string> { ["DATA_DIR"] = place.Directory });
        Assert.Empty(seen.Worse);
        Assert.Equal((0, "sound"), (seen.Code, seen.Report.GetProperty("status").GetString()));
        Assert.False(File.Exists(place.SqliteFile));
    }

    [Fact]
    public async Task A_sqlite_file_in_use_is_sound()
    {
        using var place = await sqlite.NewPlaceAsync();
        await using var server = await place.StartAsync();
        var seen = await Examination.OfAsync(new Dictionary<string, string> { ["DATA_DIR"] = place.Directory });
        Assert.Empty(seen.Worse);
        seen.Says("database", "migrations", "good", "up to date");
        seen.Says("database", "writable", "good", "transaction");
        seen.Says("database", "sound", "good", "every page");
        seen.Says("database", "disk", "good", "free");
    }

    [Fact]
    public async Task A_damaged_sqlite_file_is_a_failure()
    {
        using var place = await sqlite.NewPlaceAsync();
        await File.WriteAllTextAsync(place.SqliteFile, new string('?', 10_000), TestContext.Current.CancellationToken);
        var seen = await Examination.OfAsync(new Dictionary<string, string> { ["DATA_DIR"] = place.Directory });
        Assert.Equal(2, seen.Code);
        seen.Says("database", "sound", "failure", "damaged");
    }

    [Fact]
    public async Task A_data_directory_that_can_not_be_written_is_a_failure() =>
        (await Examination.OfAsync(new Dictionary<string, string> { ["DATA_DIR"] = "/proc/emrsim-data" })).Says("database", "writable", "failure", "/proc");

    [Fact]
    public async Task Postgres_is_judged_before_and_after_the_first_start()
    {
        using var place = await postgres.NewPlaceAsync();
        var before = await Examination.OfAsync(place.Settings);
        Assert.Empty(before.Worse);
        before.Says("database", "migrations", "note", "none applied");
        await using var server = await place.StartAsync();
        var after = await Examination.OfAsync(place.Settings);
        after.Says("database", "migrations", "good", "up to date");
        after.Says("database", "writable", "good", "may write");
        after.Says("database", "latency", "good", "median");
    }

    [Fact]
    public async Task A_postgres_that_refuses_or_is_not_there_is_told_without_its_password()
    {
        using var place = await postgres.NewPlaceAsync();
        var address = place.Settings["DATABASE_URL"].Replace("postgres@", "postgres:hush-hush@", StringComparison.Ordinal);
        var missing = await Examination.OfAsync(new Dictionary<string, string> { ["DATABASE_URL"] = address.Replace("?", "_not?", StringComparison.Ordinal) });
        Assert.Equal(2, missing.Code);
        missing.Says("database", "reachable", "failure", "3D000");
        var gone = await Examination.OfAsync(new Dictionary<string, string> { ["DATABASE_URL"] = $"postgres://u:hush-hush@127.0.0.1:{Ports.Take()}/db" });
        gone.Says("database", "reachable", "failure", "can't be reached");
        Assert.DoesNotContain("hush-hush", missing.Text + gone.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_postgres_that_never_answers_is_a_failure_and_keeps_nobody_waiting()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var seen = await Examination.OfAsync(new Dictionary<string, string> { ["DATABASE_URL"] = $"postgres://u:hush-hush@127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/db" });
        Assert.Equal(2, seen.Code);
        seen.Says("database", "reachable", "failure", "can't be reached");
        seen.Says("content", "content", "good", "personas");
        Assert.DoesNotContain("hush-hush", seen.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_area_that_can_not_be_looked_at_is_a_failure_and_the_others_are_told()
    {
        var seen = await Examination.OfAsync(new Dictionary<string, string> { ["SQLITE_PATH"] = "/" });
        Assert.Equal(2, seen.Code);
        seen.Says("database", "looking", "failure", "could not be looked at");
        seen.Says("content", "content", "good", "personas");
        Assert.NotEmpty(seen.Of("backups", "age"));
    }

    [Fact]
    public async Task Every_bad_setting_is_told_and_the_rest_is_still_looked_at()
    {
        var seen = await Examination.OfAsync(new Dictionary<string, string> { ["LOG_LEVEL"] = "loud", ["PORT"] = "seventy", ["HOST"] = "0.0.0.0", ["CONTENT_DIR"] = "/nowhere/at/all" });
        Assert.Equal(2, seen.Code);
        Assert.Equal(2, seen.Of("settings", "values").Count(static finding => finding.Level == "failure"));
        seen.Says("settings", "access", "warning", "TEACHER_KEY");
        seen.Says("content", "content", "failure", "/nowhere/at/all");
    }

    [Fact]
    public async Task The_voice_service_is_asked_only_when_told_to()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        var settings = new Dictionary<string, string>(VoiceServer.Settings(upstream)) { ["OPENAI_API_KEY"] = "sk-hush-hush" };
        (await Examination.OfAsync(settings)).Says("voice", "service", "note", "was not asked");
        var asked = await Examination.OfAsync(settings, "--online");
        asked.Says("voice", "key", "good", "is set");
        asked.Says("voice", "service", "note", "it is there");
        settings["OPENAI_BASE_URL"] = $"http://127.0.0.1:{Ports.Take()}/v1";
        var gone = await Examination.OfAsync(settings, "--online");
        gone.Says("voice", "service", "failure", "can't be reached");
        Assert.DoesNotContain("sk-hush", gone.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user:hush-hush@")]
    [InlineData("hush-hush@")]
    public async Task What_stands_before_the_host_of_the_voice_service_is_not_shown(string entry)
    {
        var settings = new Dictionary<string, string> { ["VOICE_ENABLED"] = "true", ["OPENAI_API_KEY"] = "sk-key", ["OPENAI_BASE_URL"] = $"http://{entry}127.0.0.1:{Ports.Take()}/v1?key=hush-hush" };
        var told = await Examination.OfAsync(settings);
        told.Says("voice", "service", "note", "http://127.0.0.1:");
        var asked = await Examination.OfAsync(settings, "--online");
        asked.Says("voice", "service", "failure", "can't be reached");
        Assert.DoesNotContain("hush-hush", told.Text + asked.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Voice_without_a_key_is_a_failure() =>
        (await Examination.OfAsync(new Dictionary<string, string> { ["VOICE_ENABLED"] = "true" })).Says("voice", "key", "failure", "OPENAI_API_KEY");

    [Fact]
    public async Task The_plain_form_says_what_to_do_next()
    {
        var run = await CommandRun.OfAsync(new Dictionary<string, string> { ["VOICE_ENABLED"] = "true" }, "doctor");
        Assert.Equal(2, run.Code);
        Assert.Contains("FAILURE key", run.Output, StringComparison.Ordinal);
        Assert.Contains("next: Set OPENAI_API_KEY", run.Output, StringComparison.Ordinal);
        Assert.EndsWith("1 failures, 0 warnings", run.Output.TrimEnd(), StringComparison.Ordinal);
    }
}
