using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;

namespace EmrSim.Server.Live;

/// <summary>A hub whose methods are not compiled before the server answers, which MapHub would do; <see cref="Operations.WarmStart"/> sees to it before anyone comes.</summary>
internal static class LateHub
{
    public static void MapLate<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicMethods)] THub>(this WebApplication app, string path)
        where THub : Hub
    {
        var handler = new Lazy<HubConnectionHandler<THub>>(app.Services.GetRequiredService<HubConnectionHandler<THub>>);
        app.MapConnections(path, connections => connections.Run(connection => handler.Value.OnConnectedAsync(connection))).WithMetadata(new HubMetadata(typeof(THub)));
    }
}
