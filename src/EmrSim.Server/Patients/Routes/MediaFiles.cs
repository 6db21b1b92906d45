using EmrSim.Server.Patients.Content;
using Microsoft.AspNetCore.StaticFiles;

namespace EmrSim.Server.Patients.Routes;

/// <summary>Serves the content's media folder. A picture may hold script (SVG), so it is never run as a page of ours.</summary>
internal static class MediaFiles
{
    private static readonly FileExtensionContentTypeProvider s_types = new();

    public static IResult Answer(string path, CatalogueShelf shelf, HttpContext context)
    {
        var root = Path.Combine(shelf.Current.Root, "media") + Path.DirectorySeparatorChar;
        if (path.Contains('\0', StringComparison.Ordinal) || path.Contains('\\', StringComparison.Ordinal)) return Results.NotFound();
        var file = Path.GetFullPath(Path.Combine(root, path));
        if (!file.StartsWith(root, StringComparison.Ordinal) || !s_types.TryGetContentType(file, out var type) || !IsMedia(type) || !File.Exists(file)) return Results.NotFound();
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
        headers.CacheControl = "public, max-age=3600";
        return Results.File(file, type, lastModified: File.GetLastWriteTimeUtc(file), enableRangeProcessing: true);
    }

    private static bool IsMedia(string type) =>
        type.StartsWith("image/", StringComparison.Ordinal) || type.StartsWith("video/", StringComparison.Ordinal) || type.StartsWith("audio/", StringComparison.Ordinal);
}
