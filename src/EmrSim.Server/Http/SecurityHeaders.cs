namespace EmrSim.Server.Http;

/// <summary>Headers that keep a page from being framed, sniffed or fed with foreign scripts.</summary>
public static class SecurityHeaders
{
    private const string ContentPolicy =
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; media-src 'self' blob: https:; " +
        "connect-src 'self' https://api.openai.com; frame-src https://www.youtube-nocookie.com; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

    public static Task Add(HttpContext context, RequestDelegate next)
    {
        Put(context.Response.Headers);
        return next(context);
    }

    /// <summary>For a reader of ours that is a foreign program and styles itself as it goes; it shows nothing that anyone wrote.</summary>
    public static void AllowInlineStyle(IHeaderDictionary headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        headers.ContentSecurityPolicy = ContentPolicy.Replace("style-src 'self'", "style-src 'self' 'unsafe-inline'", StringComparison.Ordinal);
    }

    public static void Put(IHeaderDictionary headers)
    {
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "SAMEORIGIN";
        headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.ContentSecurityPolicy = ContentPolicy;
    }
}
