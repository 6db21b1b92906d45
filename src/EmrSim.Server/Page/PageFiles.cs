using Microsoft.AspNetCore.StaticFiles;

namespace EmrSim.Server.Page;

/// <summary>The built page, some hundred kilobytes, held in memory with the compressed forms that its build laid beside each file.</summary>
public sealed class PageFiles
{
    private const string First = "index.html";
    private static readonly FileExtensionContentTypeProvider s_types = new();
    private readonly Dictionary<string, PageFile> _files;

    private PageFiles(Dictionary<string, PageFile> files) => _files = files;

    public static PageFiles Read(string folder)
    {
        var files = new Dictionary<string, PageFile>(StringComparer.Ordinal);
        if (!Directory.Exists(folder)) return new(files);
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (!s_types.TryGetContentType(path, out var type) || Path.GetExtension(path) is ".br" or ".gz") continue;
            var name = Path.GetRelativePath(folder, path).Replace('\\', '/');
            var hashed = name.StartsWith("assets/", StringComparison.Ordinal);
            files["/" + name] = new(type, hashed, File.ReadAllBytes(path), Beside(path, ".br"), Beside(path, ".gz"));
        }

        if (files.TryGetValue("/" + First, out var first)) files["/"] = first;
        return new(files);
    }

    public PageFile? Find(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)) return null;
        return request.Path.Value is { } path ? _files.GetValueOrDefault(path) : null;
    }

    private static byte[]? Beside(string path, string ending) => File.Exists(path + ending) ? File.ReadAllBytes(path + ending) : null;
}
