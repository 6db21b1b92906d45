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
        SettingsCheck.Look(source, settings, areas[0]);
        await Task.WhenAll(
            StoreServerCheck.LookAsync(settings, areas[1], cancellationToken),
            DatabaseCheck.LookAsync(settings, areas[2], cancellationToken),
            Task.Run(() => ContentCheck.Look(settings, areas[3]), cancellationToken),
            VoiceCheck.LookAsync(settings, online, areas[4], cancellationToken),
            BackupsCheck.LookAsync(settings, areas[5], cancellationToken));
        return [.. areas.SelectMany(static area => area.All)];
    }

    private static IEnumerable<string> Secrets(ServerSettings settings)
    {
        foreach (var secret in (string?[])[settings.Voice.ApiKey, settings.Access.TeacherKey, settings.Storage.StoreUrl?.Password, settings.Storage.StoreUrl?.SentinelPassword])
        {
            if (secret is null) continue;
            yield return secret;
            yield return Uri.EscapeDataString(secret);
        }

        if (settings.Storage.ConnectionUrl is not { } address || !Uri.TryCreate(address, UriKind.Absolute, out var uri)) yield break;
        var password = uri.UserInfo.Split(':', 2) is [_, var given] ? given : "";
        yield return password;
        yield return Uri.UnescapeDataString(password);
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
