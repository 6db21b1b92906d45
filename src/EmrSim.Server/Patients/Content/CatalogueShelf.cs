using EmrSim.Server.Settings;

namespace EmrSim.Server.Patients.Content;

/// <summary>Holds the catalogue in use and swaps it whole when the files have changed and come to rest.</summary>
internal sealed class CatalogueShelf : IHostedService, IDisposable
{
    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(300);
    private readonly Lock _loading = new();
    private readonly ILogger<CatalogueShelf> _log;
    private readonly CancellationToken _listening;
    private readonly ITimer _whenAtRest;
    private readonly string _root;
    private volatile Catalogue? _current;
    private FileSystemWatcher? _watcher;

    public CatalogueShelf(ServerSettings settings, TimeProvider clock, ILogger<CatalogueShelf> log, IHostApplicationLifetime? lifetime = null)
    {
        _log = log;
        _listening = lifetime?.ApplicationStarted ?? new(canceled: true);
        _root = settings.Storage.ContentDirectory ?? ContentSchemas.BuiltInContent;
        _whenAtRest = clock.CreateTimer(_ => Load(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public Catalogue Current => _current ?? LoadOnce();

    /// <summary>Loads when the server listens: it would take a core from the start, and only requests that need the catalogue wait for it.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listening.Register(() => _ = Task.Run(Begin));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _watcher?.Dispose();
        _whenAtRest.Dispose();
    }

    private void Begin()
    {
        Watch();
        LoadOnce();
    }

    private Catalogue LoadOnce()
    {
        lock (_loading) return _current ?? Load();
    }

    private Catalogue Load()
    {
        lock (_loading)
        {
            var loaded = CatalogueLoader.Load(_root);
            foreach (var problem in loaded.Problems)
            {
                if (problem.Severity == ProblemSeverity.Error) ContentLog.FileLeftOut(_log, problem.Code, problem.File, problem.JsonPath, problem.Message);
                else ContentLog.ContentDoubtful(_log, problem.Code, problem.File, problem.JsonPath, problem.Message);
            }

            ContentLog.CatalogueLoaded(_log, loaded.Personas.Count, loaded.Scenarios.Count, loaded.Problems.Count);
            _current = loaded;
            return loaded;
        }
    }

    private void Watch()
    {
        if (!Directory.Exists(_root)) return;
        try
        {
            _watcher = new FileSystemWatcher(_root) { IncludeSubdirectories = true };
            _watcher.Changed += Disturbed;
            _watcher.Created += Disturbed;
            _watcher.Deleted += Disturbed;
            _watcher.Renamed += Disturbed;
            _watcher.EnableRaisingEvents = true;
        }
        catch (IOException full)
        {
            ContentLog.WatchRefused(_log, full.Message);
        }
    }

    private void Disturbed(object sender, FileSystemEventArgs change) => _whenAtRest.Change(s_rest, Timeout.InfiniteTimeSpan);
}

internal static partial class ContentLog
{
    [LoggerMessage(2001, LogLevel.Information, "Content loaded: {Personas} personas, {Scenarios} scenarios, {Problems} problems")]
    public static partial void CatalogueLoaded(ILogger log, int personas, int scenarios, int problems);

    [LoggerMessage(2002, LogLevel.Error, "Content left out: {Code} in {File} at {JsonPath}: {Reason}")]
    public static partial void FileLeftOut(ILogger log, string code, string file, string jsonPath, string reason);

    [LoggerMessage(2003, LogLevel.Warning, "Content doubtful: {Code} in {File} at {JsonPath}: {Reason}")]
    public static partial void ContentDoubtful(ILogger log, string code, string file, string jsonPath, string reason);

    [LoggerMessage(2004, LogLevel.Warning, "Content is not watched, changes need a restart: {Reason}")]
    public static partial void WatchRefused(ILogger log, string reason);
}
