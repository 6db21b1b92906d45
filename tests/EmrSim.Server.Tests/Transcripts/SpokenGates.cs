using System.Text.Json;
using EmrSim.Server.Tests.Encounters;
using EmrSim.Server.Tests.Processes;
using EmrSim.Server.Tests.Storage;

namespace EmrSim.Server.Tests.Transcripts;

public sealed class SpokenGatesOnSqlite(SqliteInstallation on) : SpokenGates(on);

public sealed class SpokenGatesOnPostgres(PostgresInstallation on) : SpokenGates(on);

/// <summary>What is said aloud opens the gates as what is written does.</summary>
public abstract class SpokenGates(Installation on)
{
    [Fact]
    public async Task Open_by_what_the_student_says_on_any_relay_route()
    {
        var http = (await on.ServerAsync()).Http;
        var session = await Session.BeginAsync(http);
        Assert.Empty(await OpenAsync(session));
        await session.RelayedAsync(new { role = "user", text = "Good morning, I am Robin, a physical therapy student.", itemId = "a" });
        Assert.Equal(["greeting_done", "intro_done"], await OpenAsync(session));
        using var older = await http.PostAsync($"/api/voice/transcript/relay/{session.Id}", new { role = "user", text = "Is it all right with you if I examine you now?", itemId = "b" });
        Assert.Equal(["greeting_done", "intro_done", "consent_done"], await OpenAsync(session));
    }

    [Fact]
    public async Task Stay_closed_by_the_patients_words_by_words_still_being_spoken_and_by_talk_of_other_things()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        await session.RelayedAsync(new { role = "assistant", text = "Good morning, I am here because of my knee.", itemId = "a" });
        await session.RelayedAsync(new { role = "user", text = "Good morning, I am Robin.", itemId = "b", isFinal = false });
        await session.RelayedAsync(new { role = "user", text = "Since when does it hurt?", itemId = "c" });
        Assert.Empty(await OpenAsync(session));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Know_the_patient_once_asked_and_told_whichever_is_heard_first(bool answerFirst)
    {
        var http = (await on.ServerAsync()).Http;
        var session = await Session.BeginAsync(http);
        var (name, spokenBirth) = await PatientAsync(http);
        object asked = new { role = "user", text = "May I have your name and date of birth, please?", itemId = "a" };
        object told = new { role = "assistant", text = $"I am {name}, born on {spokenBirth}.", itemId = "b", previousItemId = "a" };
        await session.RelayedAsync(answerFirst ? told : asked);
        Assert.Empty(await OpenAsync(session));
        await session.RelayedAsync(answerFirst ? asked : told);
        Assert.Equal(["identity_verified"], await OpenAsync(session));
    }

    [Fact]
    public async Task Do_not_know_the_patient_who_was_asked_and_did_not_say()
    {
        var session = await Session.BeginAsync((await on.ServerAsync()).Http);
        await session.RelayedAsync(new { role = "user", text = "May I have your name and date of birth, please?", itemId = "a" });
        await session.RelayedAsync(new { role = "assistant", text = "It is all on the form that I filled in.", itemId = "b", previousItemId = "a" });
        Assert.Empty(await OpenAsync(session));
    }

    private static async Task<IReadOnlyList<string>> OpenAsync(Session session) =>
        [.. (await session.ReadAsync()).GetProperty("gate").EnumerateObject().Where(flag => flag.Value.ValueKind == JsonValueKind.True).Select(flag => flag.Name)];

    private static async Task<(string Name, string SpokenBirth)> PatientAsync(HttpClient http)
    {
        var (persona, _) = await Session.CaseAsync(http);
        using var response = await http.GetAnswerAsync($"/api/sps/personas/{persona}");
        var self = (await response.JsonAsync()).GetProperty("persona").GetProperty("demographics");
        return (self.GetProperty("name").GetString()!, DateOnly.Parse(self.GetProperty("dob").GetString()!, System.Globalization.CultureInfo.InvariantCulture).ToString("MMMM d, yyyy", System.Globalization.CultureInfo.InvariantCulture));
    }
}
