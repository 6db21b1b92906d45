using System.Text;
using EmrSim.Server.Http;

namespace EmrSim.Server.Live.SocketIo;

/// <summary>The Socket.IO door of the live feed, for clients that know no other: Engine.IO 4 over polling and WebSocket.</summary>
internal static class SocketIoRoutes
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void MapSocketIo(this IEndpointRouteBuilder routes) => routes.Map("/socket.io/", AnswerAsync).ExcludeFromDescription();

    // The order of the checks is the one that clients know.
    private static async Task<IResult> AnswerAsync(HttpContext context, EngineConnections connections)
    {
        var (request, query) = (context.Request, context.Request.Query);
        var asksSocket = query["transport"] == "websocket";
        context.Response.Headers.CacheControl = "no-store";
        if (!asksSocket && query["transport"] != "polling") return EngineError.TransportUnknown;
        if (query["sid"].ToString() is not { Length: > 0 } id) return await OpenAsync(context, connections, asksSocket);
        if (!connections.TryFind(id, out var connection)) return EngineError.SessionUnknown;
        if (asksSocket) return await UpgradeAsync(context, connection);
        if (connection.IsOnWebSocket) return EngineError.BadRequest;
        return request.Method switch
        {
            "GET" => await PollAsync(context, connection),
            "POST" => await PostAsync(request, connection, context.RequestAborted),
            _ => EngineError.BadRequest,
        };
    }

    private static async Task<IResult> OpenAsync(HttpContext context, EngineConnections connections, bool asksSocket)
    {
        if (context.Request.Method != "GET" && !context.WebSockets.IsWebSocketRequest) return EngineError.BadHandshakeMethod;
        if (asksSocket != context.WebSockets.IsWebSocketRequest) return EngineError.BadRequest;
        if (context.Request.Query["EIO"] != "4") return EngineError.UnsupportedVersion;
        if (connections.Open(asksSocket) is not { } connection)
            return ApiError.Unavailable("too_many_connections", "This instance takes no more connections just now; try again.", TimeSpan.FromSeconds(5));
        if (!asksSocket) return Text(EnginePacket.Open(connection.Id, mayUpgrade: true));
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        await connection.BeginOnAsync(socket);
        return Results.Empty;
    }

    private static async Task<IResult> UpgradeAsync(HttpContext context, EngineConnection connection)
    {
        if (!context.WebSockets.IsWebSocketRequest || !connection.BeginUpgrade()) return EngineError.BadRequest;
        try
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await connection.UpgradeToAsync(socket);
        }
        finally
        {
            connection.EndUpgrade(connection.IsOnWebSocket);
        }

        return Results.Empty;
    }

    private static async Task<IResult> PollAsync(HttpContext context, EngineConnection connection)
    {
        if (await connection.PollAsync(context.RequestAborted) is not { } payload) return EngineError.BadRequest;
        // What was taken for a client that has gone is lost to it: it has to begin anew.
        if (context.RequestAborted.IsCancellationRequested) connection.Close("The poll was given up.");
        return Text(payload);
    }

    private static async Task<IResult> PostAsync(HttpRequest request, EngineConnection connection, CancellationToken cancellationToken)
    {
        if (!connection.BeginPost())
        {
            connection.Close("Two posts at a time.");
            return EngineError.BadRequest;
        }

        try
        {
            if (await ReadAsync(request, cancellationToken) is not { } body)
            {
                connection.Close("Too long.");
                return new ApiError(StatusCodes.Status413PayloadTooLarge, "body_too_large", "Send at most 100,000 bytes at a time.");
            }

            return await connection.ReceiveAsync(Packets(request, body)) ? Text("ok") : EngineError.BadRequest;
        }
        finally
        {
            connection.EndPost();
        }
    }

    private static string[] Packets(HttpRequest request, ReadOnlyMemory<byte> body)
    {
        // An empty packet is none: it breaks the protocol, as bytes do.
        if (request.ContentType?.StartsWith("application/octet-stream", StringComparison.OrdinalIgnoreCase) == true) return [""];
        try
        {
            return s_strict.GetString(body.Span).Split(EnginePacket.Separator);
        }
        catch (DecoderFallbackException)
        {
            return [""];
        }
    }

    private static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > EngineLimits.LongestPayload) return null;
        var body = new byte[request.ContentLength ?? EngineLimits.LongestPayload + 1];
        var length = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken);
        return length > EngineLimits.LongestPayload ? null : body.AsMemory(0, length);
    }

    private static IResult Text(string payload) => Results.Text(payload, "text/plain", Encoding.UTF8);
}
