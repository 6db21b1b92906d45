using EmrSim.Server.Settings;
using EmrSim.Server.Storage;
using EmrSim.SessionStore;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace EmrSim.Server.Operations;

/// <summary>Says once, when the server is up, where it listens, where its data is and what it works with.</summary>
public sealed partial class StartNotice(IServer server, ServerSettings settings, AppDatabase database, SessionStoreHost store, IHostApplicationLifetime lifetime, ILogger<StartNotice> log) : IHostedService
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
        LogData(database.Location);
        LogTiers(string.Join(", ", store.Status.Tiers.Select(static tier => tier.Name)), store.Status.Server is { } redis ? $" ({redis.Url})" : "");
        if (settings.Storage.StoreUrl is null && settings.Storage.ConnectionUrl is null) LogSingleInstance();
        if (!settings.Voice.Enabled) LogVoiceOff("VOICE_ENABLED is not set");
        else if (settings.Voice.ApiKey is null) LogVoiceOff("OPENAI_API_KEY is not set");
        if (settings.Access.TeacherKey is null && !settings.Listen.IsLoopback) LogTeacherOff();
    }

    [LoggerMessage(1, LogLevel.Information, "EMRsim {Version} listens on {Addresses}")]
    private partial void LogListening(string version, string addresses);

    [LoggerMessage(2, LogLevel.Information, "Data is kept in {Location}")]
    private partial void LogData(string location);

    [LoggerMessage(3, LogLevel.Information, "Session state is kept in these tiers: {Tiers}{Server}")]
    private partial void LogTiers(string tiers, string server);

    [LoggerMessage(4, LogLevel.Information, "No SESSION_STORE_URL: session state is kept in memory, which is for a single instance")]
    private partial void LogSingleInstance();

    [LoggerMessage(5, LogLevel.Information, "Voice is off: {Reason}; encounters by text work")]
    private partial void LogVoiceOff(string reason);

    [LoggerMessage(6, LogLevel.Warning, "No TEACHER_KEY: teacher functions are refused to everyone, because the server listens beyond loopback")]
    private partial void LogTeacherOff();
}
