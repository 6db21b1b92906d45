namespace EmrSim.Server.Http;

/// <summary>The correlation id of a request: given by the caller or made here, and told in the answer.</summary>
public static class RequestId
{
    public const string HeaderName = "X-Request-Id";
    private const int Longest = 200;

    public static Task Stamp(HttpContext context, RequestDelegate next)
    {
        var headers = context.Request.Headers;
        var id = Usable(headers[HeaderName]) ?? Usable(headers["X-Correlation-Id"]) ?? Guid.NewGuid().ToString();
        context.TraceIdentifier = id;
        context.Response.Headers[HeaderName] = id;
        return next(context);
    }

    private static string? Usable(string? given)
    {
        var id = given?.Trim();
        return id is { Length: > 0 and <= Longest } && id.All(static c => c is >= ' ' and <= '~') ? id : null;
    }
}
