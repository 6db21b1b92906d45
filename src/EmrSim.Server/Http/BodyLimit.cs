using Microsoft.AspNetCore.Http.Features;

namespace EmrSim.Server.Http;

/// <summary>Refuses bodies that are too large by what they announce.</summary>
public static class BodyLimit
{
    public const long Largest = 1024 * 1024;

    // Up to here a refused body is still taken off the wire. The web server closes the connection on anything larger, and a
    // client that is still sending then finds it reset before it has read why.
    public const long LargestTaken = 16 * Largest;

    public static ApiError TooLarge { get; } = new(StatusCodes.Status413PayloadTooLarge, "body_too_large", "Send at most 1 MB.");

    public static Task Check(HttpContext context, RequestDelegate next)
    {
        var length = context.Request.ContentLength;
        if (length > Largest) return TooLarge.ExecuteAsync(context);
        if (length is null && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = Largest;
        return next(context);
    }
}
