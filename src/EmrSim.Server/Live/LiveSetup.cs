using EmrSim.Server.Http;
using EmrSim.Server.Live.SocketIo;
using EmrSim.Server.Settings;
using Microsoft.AspNetCore.SignalR;

namespace EmrSim.Server.Live;

public static class LiveSetup
{
    private const long LongestMessage = 64 * 1024;
    private static readonly TimeSpan s_keepAlive = TimeSpan.FromSeconds(5);

    public static void AddLiveFeed(this IServiceCollection services, ServerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(settings);
        services.AddSingleton<LiveFeed>();
        services.AddSingleton<EncounterFollower>();
        services.AddSingleton<EncounterPump>();
        services.AddSingleton<HubWatches>();
        services.AddSingleton<HubRefusals>();
        services.AddSingleton<EngineConnections>();
        services.AddHostedService<LogWatch>();
        services.AddSignalR(options =>
        {
            options.MaximumReceiveMessageSize = LongestMessage;
            options.MaximumParallelInvocationsPerClient = 4;
            options.AddFilter<HubRefusals>();

            // The page takes a socket that is silent for three of these for dead, and goes to another instance.
            options.KeepAliveInterval = s_keepAlive;
        }).AddJsonProtocol(static options => options.PayloadSerializerOptions.TypeInfoResolver = AnswerJson.Default);
    }

    public static void MapLiveFeed(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapLate<EncounterHub>("/hubs/encounter");
        app.MapEvents();
        app.UseWebSockets();
        app.MapSocketIo();
    }
}
