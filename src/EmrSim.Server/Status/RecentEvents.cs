using EmrSim.Contracts;

namespace EmrSim.Server.Status;

/// <summary>The newest lines of the log, for the status page. Logs hold no secrets and no words of a transcript, so neither does this.</summary>
[ProviderAlias("RecentEvents")]
public sealed class RecentEvents(TimeProvider clock) : ILoggerProvider
{
    private const int Kept = 60;
    private const int LongestText = 400;
    private readonly Lock _lock = new();
    private readonly Queue<LoggedFact> _events = new(Kept);

    public IReadOnlyList<LoggedFact> NewestFirst()
    {
        lock (_lock) return [.. _events.Reverse()];
    }

    public ILogger CreateLogger(string categoryName) => new Ear(this);

    public void Dispose()
    {
    }

    private void Keep(LogLevel level, string text)
    {
        var line = text.ReplaceLineEndings(" ");
        var fact = new LoggedFact(clock.GetUtcNow().ToUnixTimeMilliseconds(), LevelName(level), line.Length > LongestText ? line[..LongestText] : line);
        lock (_lock)
        {
            if (_events.Count == Kept) _events.Dequeue();
            _events.Enqueue(fact);
        }
    }

    private static string LevelName(LogLevel level) => level switch
    {
        LogLevel.Warning => "warning",
        LogLevel.Error => "error",
        LogLevel.Critical => "critical",
        _ => "information",
    };

    private sealed class Ear(RecentEvents events) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and not LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) events.Keep(logLevel, formatter(state, exception));
        }
    }
}
