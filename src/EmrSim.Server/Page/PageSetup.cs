using Microsoft.Extensions.FileProviders;

namespace EmrSim.Server.Page;

/// <summary>The page for the browser, served from beside the program.</summary>
public static class PageSetup
{
    public static void UsePage(this WebApplication app)
    {
        var files = new PhysicalFileProvider(Path.Combine(AppContext.BaseDirectory, "page"));
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            OnPrepareResponse = static file => file.Context.Response.Headers.CacheControl = "no-cache",
        });
    }
}
