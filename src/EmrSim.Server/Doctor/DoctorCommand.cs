using System.CommandLine;
using System.Text.Json;
using EmrSim.Server.Operations;
using EmrSim.Server.Settings;

namespace EmrSim.Server.Doctor;

/// <summary><c>emrsim doctor</c>: looks at everything the server depends on, changes nothing, and says what to do next.</summary>
internal static class DoctorCommand
{
    private const int ShortestSecret = 3;

    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Prints the findings as JSON." };
        var online = new Option<bool>("--online") { Description = "Also asks the voice service whether it answers and takes the key." };
        var command = new Command("doctor", "Looks at everything that the server depends on. Exit code 0: sound, 1: warnings, 2: failures.") { json, online };
        command.SetAction((given, cancellationToken) => RunAsync(given.GetValue(json), given.GetValue(online), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(bool json, bool online, CancellationToken cancellationToken)
    {
        var source = new SettingsSource(DotEnv.Read());
        var settings = ServerSettings.Read(source);
        var findings = await LookAsync(source, settings, online, cancellationToken);
        var worst = findings.Max(static finding => finding.Level);
        var code = worst switch { FindingLevel.Failure => 2, FindingLevel.Warning => 1, _ => 0 };
        var report = new DoctorReport(code switch { 2 => "failures", 1 => "warnings", _ => "sound" }, code, BuildVersion.Number, findings);
        if (json) Console.WriteLine(JsonSerializer.Serialize(report, DoctorJson.Default.DoctorReport));
        else Print(report, Console.Out);
        return code;
    }

    private static async Task<IReadOnlyList<Finding>> LookAsync(SettingsSource source, ServerSettings settings, bool online, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> secrets = [.. Secrets(settings).Where(static secret => secret.Length >= ShortestSecret).Distinct(StringComparer.Ordinal)];
        Findings Area(string name) => new(name, secrets);
        var areas = new List<Findings> { Area("settings"), Area("store"), Area("database"), Area("content"), Area("voice"), Area("backups") };
        await Task.WhenAll(
            GuardedAsync(areas[0], () => Task.Run(() => SettingsCheck.Look(source, settings, areas[0]), cancellationToken), cancellationToken),
            GuardedAsync(areas[1], () => StoreServerCheck.LookAsync(settings, areas[1], cancellationToken), cancellationToken),
            GuardedAsync(areas[2], () => DatabaseCheck.LookAsync(settings, areas[2], cancellationToken), cancellationToken),
            GuardedAsync(areas[3], () => Task.Run(() => ContentCheck.Look(settings, areas[3]), cancellationToken), cancellationToken),
            GuardedAsync(areas[4], () => VoiceCheck.LookAsync(settings, online, areas[4], cancellationToken), cancellationToken),
            GuardedAsync(areas[5], () => BackupsCheck.LookAsync(settings, areas[5], cancellationToken), cancellationToken));
        return [.. areas.SelectMany(static area => area.All)];
    }

    /// <summary>What nobody thought of in one area is a failure there, and keeps none of the others from being told.</summary>
    private static async Task GuardedAsync(Findings area, Func<Task> looking, CancellationToken cancellationToken)
    {
        try
        {
            await looking();
        }
        catch (Exception problem) when (!cancellationToken.IsCancellationRequested)
        {
            area.Fail("looking", $"could not be looked at: {problem.Message} ({problem.GetType().Name})", "Mend what this names, and run emrsim doctor again: the rest of this area is not known yet.");
        }
    }

    private static IEnumerable<string> Secrets(ServerSettings settings)
    {
        foreach (var secret in (string?[])[settings.Voice.ApiKey, settings.Access.TeacherKey, settings.Storage.StoreUrl?.Password, settings.Storage.StoreUrl?.SentinelPassword])
        {
            if (secret is null) continue;
            yield return secret;
            yield return Uri.EscapeDataString(secret);
        }

        // Before the host of the voice service a name by itself is a key too.
        List<string> entries = [settings.Voice.BaseUrl.UserInfo.Split(':', 2)[^1]];
        if (settings.Storage.ConnectionUrl is { } address && Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.UserInfo.Split(':', 2) is [_, var password]) entries.Add(password);
        foreach (var entry in entries)
        {
            yield return entry;
            yield return Uri.UnescapeDataString(entry);
        }
    }

    private static void Print(DoctorReport report, TextWriter output)
    {
        foreach (var area in report.Findings.GroupBy(static finding => finding.Area))
        {
            output.WriteLine(area.Key);
            foreach (var finding in area)
            {
                output.WriteLine($"  {Word(finding.Level),-7} {finding.Check}: {finding.Detail}");
                if (finding.Next is { } next) output.WriteLine($"          next: {next}");
            }
        }

        int Count(FindingLevel level) => report.Findings.Count(finding => finding.Level == level);
        output.WriteLine($"{Count(FindingLevel.Failure)} failures, {Count(FindingLevel.Warning)} warnings");
    }

    private static string Word(FindingLevel level) => level switch
    {
        FindingLevel.Good => "ok",
        FindingLevel.Note => "note",
        FindingLevel.Warning => "WARNING",
        _ => "FAILURE",
    };
}
