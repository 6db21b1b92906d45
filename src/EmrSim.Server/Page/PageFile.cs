using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace EmrSim.Server.Page;

/// <param name="hashed">Whether its name changes with its content, so that browsers may keep it for ever.</param>
public sealed class PageFile(string type, bool hashed, byte[] plain, byte[]? brotli, byte[]? gzip)
{
    private readonly string _tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(plain)[..12])}";

    public Task AnswerAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var (body, encoding) = Choose(context.Request.Headers.AcceptEncoding.ToString());
        var response = context.Response;
        var headers = response.Headers;
        headers.CacheControl = hashed ? "public, max-age=31536000, immutable" : "no-cache";
        headers.ETag = $"{_tag}{(encoding is null ? "" : $"-{encoding}")}\"";
        headers.Vary = HeaderNames.AcceptEncoding;
        if (context.Request.Headers.IfNoneMatch.Contains(headers.ETag.ToString(), StringComparer.Ordinal))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.ContentType = type is "text/html" or "text/javascript" or "text/css" ? $"{type}; charset=utf-8" : type;
        response.ContentLength = body.Length;
        if (encoding is not null) headers.ContentEncoding = encoding;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private (byte[] Body, string? Encoding) Choose(string accepted)
    {
        if (brotli is not null && Accepts(accepted, "br")) return (brotli, "br");
        return gzip is not null && Accepts(accepted, "gzip") ? (gzip, "gzip") : (plain, null);
    }

    private static bool Accepts(string accepted, string encoding) =>
        StringWithQualityHeaderValue.TryParseList([accepted], out var offers) && offers.Any(offer => offer.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase) && offer.Quality is not 0);
}
