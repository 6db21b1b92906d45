using EmrSim.Server.Settings;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace EmrSim.Server.Operations;

/// <summary>Says once, when the server is up, where it listens, where its data is and what it works with.</summary>
public sealed partial class StartNotice(IServer server, ServerSettings settings, IHostApplicationLifetime lifetime, ILogger<StartNotice> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(Say);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Say()
    {
        LogListening(BuildVersion.Number, string.Join(", ", server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []));
        if (settings.Storage.ConnectionUrl is null) LogSqlite(Path.GetFullPath(settings.Storage.SqlitePath));
        else LogPostgres(new Uri(settings.Storage.ConnectionUrl).Host);
        if (settings.Storage.StoreUrl is null && settings.Storage.ConnectionUrl is null) LogSingleInstance();
        if (!settings.Voice.Enabled) LogVoiceOff("VOICE_ENABLED is not set");
        else if (settings.Voice.ApiKey is null) LogVoiceOff("OPENAI_API_KEY is not set");
        if (settings.Access.TeacherKey is null && !settings.Listen.IsLoopback) LogTeacherOff();
    }

    [LoggerMessage(1, LogLevel.Information, "EMRsim {Version} listens on {Addresses}")]
    private partial void LogListening(string version, string addresses);

    [LoggerMessage(2, LogLevel.Information, "Data is kept in {Path}")]
    private partial void LogSqlite(string path);

    [LoggerMessage(3, LogLevel.Information, "Data is kept in PostgreSQL on {Host}")]
    private partial void LogPostgres(string host);

    [LoggerMessage(4, LogLevel.Information, "No REDIS_URL: session state is kept in memory, which is for a single instance")]
    private partial void LogSingleInstance();

    [LoggerMessage(5, LogLevel.Information, "Voice is off: {Reason}; encounters by text work")]
    private partial void LogVoiceOff(string reason);

    [LoggerMessage(6, LogLevel.Warning, "No TEACHER_KEY: teacher functions are refused to everyone, because the server listens beyond loopback")]
    private partial void LogTeacherOff();
}
