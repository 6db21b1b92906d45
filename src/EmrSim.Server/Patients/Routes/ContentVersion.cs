using System.Text.Json;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Routes;

/// <summary>Caching of single personas and scenarios by the version that their author gave them.</summary>
internal static class ContentVersion
{
    /// <summary>Sets the headers, and answers 304 when the caller has this version.</summary>
    public static IResult? IsKnown(HttpContext context, string id, JsonElement raw)
    {
        var version = Ascii(raw.Text("content_version") ?? "1.0.0");
        var tag = $"\"{Ascii(id)}-{version}\"";
        var headers = context.Response.Headers;
        headers["X-Content-Version"] = version;
        headers.ETag = tag;
        headers.CacheControl = "private, max-age=3600, must-revalidate";
        headers.Vary = "X-Teacher-Key, Authorization";
        var known = context.Request.Headers.IfNoneMatch.ToString().Split(',', StringSplitOptions.TrimEntries);
        return known.Any(one => one == "*" || one == tag || one == $"W/{tag}") ? Results.StatusCode(StatusCodes.Status304NotModified) : null;
    }

    private static string Ascii(string text) => text.All(static letter => letter is > ' ' and <= '~' and not '"') ? text : Uri.EscapeDataString(text);
}
