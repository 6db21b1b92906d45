using System.Diagnostics;

namespace EmrSim.Server.Http;

/// <summary>The correlation id of a request: given by the caller or made here, told in the answer, and known wherever its work is done.</summary>
public static class RequestId
{
    public const string HeaderName = "X-Request-Id";

    /// <summary>Its name as an attribute of a span.</summary>
    public const string AttributeName = "emrsim.request_id";

    public const int Longest = 200;
    private static readonly AsyncLocal<string?> s_current = new();

    /// <summary>Of the request, here or at another instance, that the present work is for; null when it is for none.</summary>
    public static string? Current => s_current.Value;

    public static Task Stamp(HttpContext context, RequestDelegate next)
    {
        var headers = context.Request.Headers;
        var id = Usable(headers[HeaderName]) ?? Usable(headers["X-Correlation-Id"]) ?? Guid.NewGuid().ToString();
        context.TraceIdentifier = id;
        context.Response.Headers[HeaderName] = id;
        s_current.Value = id;
        if (Activity.Current is { IsAllDataRequested: true } span) span.SetTag(AttributeName, id);
        return next(context);
    }

    /// <summary>For work that another instance's request has caused; until it is disposed.</summary>
    internal static Adopted Adopt(string? id)
    {
        var before = s_current.Value;
        s_current.Value = id;
        return new(before);
    }

    internal static string? Usable(string? given)
    {
        var id = given?.Trim();
        return id is { Length: > 0 and <= Longest } && id.All(static c => c is >= ' ' and <= '~') ? id : null;
    }

    internal readonly struct Adopted(string? before) : IDisposable
    {
        public void Dispose() => s_current.Value = before;
    }
}
