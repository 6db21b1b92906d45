using System.Text.Json.Serialization;
using EmrSim.Server.Http;

namespace EmrSim.Server.Live.SocketIo;

/// <summary>A request that Engine.IO refuses, in the form that its clients know.</summary>
internal sealed class EngineError : IResult
{
    public static readonly EngineError TransportUnknown = new(0, "Transport unknown");
    public static readonly EngineError SessionUnknown = new(1, "Session ID unknown");
    public static readonly EngineError BadHandshakeMethod = new(2, "Bad handshake method");
    public static readonly EngineError BadRequest = new(3, "Bad request");
    public static readonly EngineError UnsupportedVersion = new(5, "Unsupported protocol version");

    private readonly Body _body;

    private EngineError(int code, string message) => _body = new(code, message);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status400BadRequest;
        return Answer.WriteAsync(httpContext.Response, _body, httpContext.RequestAborted);
    }

    internal sealed record Body([property: JsonPropertyName("code")] int Code, [property: JsonPropertyName("message")] string Message);
}
