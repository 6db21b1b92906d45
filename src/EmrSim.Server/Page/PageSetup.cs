namespace EmrSim.Server.Page;

/// <summary>The page for the browser, served from beside the program.</summary>
public static class PageSetup
{
    public static void UsePage(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var files = PageFiles.Read(Path.Combine(AppContext.BaseDirectory, "page"));
        app.Use((context, next) => files.Find(context.Request) is { } file ? file.AnswerAsync(context) : next(context));
    }
}
