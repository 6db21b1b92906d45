using System.Diagnostics;
using System.Reflection;
using EmrSim.Server.Http;
using EmrSim.Server.Settings;

namespace EmrSim.Server.Operations;

/// <summary>Which program this is and since when it runs.</summary>
public static class BuildVersion
{
    public static string Number { get; } =
        typeof(BuildVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    private static readonly DateTime s_started = Process.GetCurrentProcess().StartTime.ToUniversalTime();

    public static void MapVersion(this WebApplication app)
    {
        var answer = new VersionAnswer(
            s_started.ToString("O"),
            Variable("VERCEL_GIT_COMMIT_SHA", "GIT_COMMIT"),
            Variable("VERCEL_GIT_COMMIT_REF", "GIT_BRANCH"),
            Variable("VERCEL_ENV") ?? app.Services.GetRequiredService<ServerSettings>().Listen.EnvironmentName,
            Number);
        foreach (var path in (string[])["/version", "/api/version"])
            app.MapGet(path, () => Answer.Json(answer)).Produces<VersionAnswer>().WithTags("Operations").WithSummary("Which build runs here");
    }

    private static string? Variable(params string[] names) => names.Select(Environment.GetEnvironmentVariable).FirstOrDefault(value => !string.IsNullOrEmpty(value));
}

public sealed record VersionAnswer(string BuildTime, string? GitSha, string? GitBranch, string Env, string Version);
